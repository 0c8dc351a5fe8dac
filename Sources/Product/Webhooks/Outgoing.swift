internal import Buffers
internal import Domain
internal import Jobs
internal import Postgres

/// An event on its way from the outbox to a message.
struct OutboxEvent: Sendable {
  let position: Int64
  let id: String
  let merchant: String
  let type: String
  let sequence: Int64
  let time: Moment
  let onlyURL: String
  let data: [UInt8]

  init(_ row: Row) throws {
    position = try row.decode("position")
    id = try row.decode("event_id")
    merchant = try row.decode("merchant_id")
    type = try row.decode("type")
    sequence = try row.decode("sequence")
    time = try row.decode("time")
    onlyURL = try row.decode("only_url")
    data = try row.decode("data")
  }

  /// What every endpoint gets: `{"type":…,"timestamp":…,"data":{…}}`. Written once and kept as bytes.
  var body: [UInt8] {
    Self.body(
      type: type, time: time, merchant: merchant, sequence: sequence, data: data)
  }

  /// The data's members come first, then those that every event has.
  static func body(
    type: String, time: Moment, merchant: String, sequence: Int64, data: [UInt8]
  ) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("type")
    json.string(type)
    json.key("timestamp")
    json.string(time.iso8601)
    json.key("data")
    json.raw(Self.extended(data, merchant: merchant, sequence: sequence))
    json.endObject()
    return json.bytes
  }

  private static func extended(
    _ data: [UInt8], merchant: String, sequence: Int64
  ) -> [UInt8] {
    var common = JSONWriter()
    common.beginObject()
    common.key("merchant_id")
    common.string(merchant)
    common.key("sequence")
    common.number(sequence)
    common.key("api_version")
    common.string("v1")
    common.endObject()
    // Two objects of ours become one: "{a}" and "{b}" are "{a,b}".
    let members = data.dropFirst().dropLast()
    return [UInt8(ascii: "{")] + members + (members.isEmpty ? [] : [UInt8(ascii: ",")])
      + common.bytes.dropFirst()
  }
}

/// Turns events into messages, deliveries and their jobs. Every function runs in the caller's
/// transaction.
struct Outgoing: Sendable {
  /// Events taken from the outbox at a time.
  static let batch = 100

  let jobs: JobQueue
  let seal: DataSeal

  /// Relays a batch; how many events there were.
  func relay(_ transaction: Transaction) async throws -> Int {
    let events = try await transaction.query(
      """
      DELETE FROM event_outbox WHERE position IN (
        SELECT position FROM event_outbox ORDER BY position LIMIT \(Self.batch)
        FOR UPDATE SKIP LOCKED)
      RETURNING position, event_id, merchant_id, type, sequence, time, only_url, data
      """
    ).map(OutboxEvent.init).sorted { $0.position < $1.position }
    for event in events {
      if !event.onlyURL.isEmpty { try await ensureEndpoint(event, transaction) }
      let endpoints = try await endpoints(of: event, transaction)
      guard !endpoints.isEmpty else { continue }
      try await insert(
        id: event.id, merchant: event.merchant, type: event.type, time: event.time,
        body: event.body, transaction)
      for (endpoint, isActive) in endpoints {
        _ = try await deliver(
          event.id, to: endpoint, merchant: event.merchant, isDue: isActive, transaction)
      }
    }
    return events.count
  }

  private func ensureEndpoint(_ event: OutboxEvent, _ transaction: Transaction) async throws {
    let id = WebhookEndpointID()
    try await EndpointStore.ensure(
      id, ofCallsTo: event.onlyURL, merchant: event.merchant,
      secret: try seal.seal(SigningSecret(), of: id.text), transaction)
  }

  private func endpoints(
    of event: OutboxEvent, _ transaction: Transaction
  ) async throws -> [(id: String, isActive: Bool)] {
    try await transaction.query(
      """
      SELECT endpoint_id, state = 'active' AS is_active FROM webhook_endpoints
      WHERE merchant_id = \(event.merchant)
        AND (cardinality(event_types) = 0 OR \(event.type) = ANY(event_types))
        AND (\(event.onlyURL) = '' AND scope = 'merchant' OR url = \(event.onlyURL))
      """
    ).map { (try $0.decode("endpoint_id"), try $0.decode("is_active")) }
  }

  /// Keeps a message's bytes.
  func insert(
    id: String, merchant: String, type: String, time: Moment, body: [UInt8],
    _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO webhook_messages (message_id, merchant_id, type, time, body)
      VALUES (\(id), \(merchant), \(type), \(time), \(body))
      """)
  }

  /// Starts a message's way to one endpoint, with a job unless the endpoint is paused.
  func deliver(
    _ message: String, to endpoint: String, merchant: String, isDue: Bool,
    _ transaction: Transaction
  ) async throws -> WebhookDeliveryID {
    let id = WebhookDeliveryID()
    try await transaction.execute(
      """
      INSERT INTO webhook_deliveries
        (delivery_id, merchant_id, endpoint_id, message_id, next_attempt_time)
      VALUES (\(id.text), \(merchant), \(endpoint), \(message),
        CASE WHEN \(isDue) THEN now() END)
      """)
    if isDue { try await jobs.enqueue(kind: Deliverer.jobKind, keys: [id.text], transaction) }
    return id
  }

  /// Takes deliveries that wait for an endpoint, or for any, back into the schedule if that is active
  /// again; how many.
  func resume(
    _ endpoint: WebhookEndpointID?, _ transaction: Transaction
  ) async throws -> Int {
    let ids = try await DeliveryStore.unpark(endpoint: endpoint, transaction)
    try await jobs.enqueue(kind: Deliverer.jobKind, keys: ids, transaction)
    return ids.count
  }
}
