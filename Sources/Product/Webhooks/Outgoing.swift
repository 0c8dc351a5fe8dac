internal import Buffers
internal import Domain
internal import Jobs
internal import Postgres
internal import Telemetry

/// An event on its way from the outbox to a message.
struct OutboxEvent: Sendable {
  let position: Int64
  let id: String
  let merchant: String
  let type: String
  let subject: String
  let sequence: Int64
  let time: Moment
  let onlyURL: String
  let data: [UInt8]

  init(_ row: Row) throws {
    position = try row.decode("position")
    id = try row.decode("event_id")
    merchant = try row.decode("merchant_id")
    type = try row.decode("type")
    subject = try row.decode("subject")
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

  /// Relays a batch; how many events there were. One that cannot be relayed is set aside, and the
  /// others go on.
  func relay(_ transaction: Transaction) async throws -> Int {
    let events = try await transaction.query(
      """
      SELECT position, event_id, merchant_id, type, subject, sequence, time, only_url, data
      FROM event_outbox WHERE fault IS NULL ORDER BY position LIMIT \(Self.batch)
      FOR UPDATE SKIP LOCKED
      """
    ).map(OutboxEvent.init)
    if events.isEmpty { return 0 }
    var relayed = events
    do {
      try await transaction.savepoint {
        for event in events { try await relay(event, transaction) }
      }
    } catch let error as PostgresError where error.eventFault != nil {
      relayed = try await relayEach(events, transaction)
    }
    try await transaction.execute(
      "DELETE FROM event_outbox WHERE position = ANY(\(relayed.map(\.position))::bigint[])")
    return events.count
  }

  /// Relays events under a savepoint each, which costs two statements more; those that could be.
  private func relayEach(
    _ events: [OutboxEvent], _ transaction: Transaction
  ) async throws -> [OutboxEvent] {
    var relayed: [OutboxEvent] = []
    for event in events {
      do {
        try await transaction.savepoint { try await relay(event, transaction) }
        relayed.append(event)
      } catch let error as PostgresError {
        guard let fault = error.eventFault else { throw error }
        try await transaction.execute(
          "UPDATE event_outbox SET fault = \(fault) WHERE position = \(event.position)")
        Log("webhooks").error(
          "an event cannot be relayed and is set aside",
          [
            "event": .string(event.id), "type": .string(event.type),
            "error": .string("\(error)"),
          ])
      }
    }
    return relayed
  }

  private func relay(_ event: OutboxEvent, _ transaction: Transaction) async throws {
    if !event.onlyURL.isEmpty { try await ensureEndpoint(event, transaction) }
    let endpoints = try await endpoints(of: event, transaction)
    guard !endpoints.isEmpty else { return }
    try await insert(
      id: event.id, merchant: event.merchant, type: event.type, subject: event.subject,
      time: event.time, body: event.body, transaction)
    for (endpoint, isActive) in endpoints {
      _ = try await deliver(
        event.id, to: endpoint, merchant: event.merchant, isDue: isActive, transaction)
    }
  }

  /// Deletes events that were set aside so long ago: a batch at most. Gives how many.
  static func forgetSetAside(
    olderThan age: Duration, _ transaction: Transaction
  ) async throws -> Int {
    try await transaction.execute(
      """
      DELETE FROM event_outbox WHERE position IN (
        SELECT position FROM event_outbox
        WHERE fault IS NOT NULL AND time < now() - make_interval(secs => \(age / .seconds(1)))
        ORDER BY time LIMIT \(Retention.batch))
      """)
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
    id: String, merchant: String, type: String, subject: String, time: Moment, body: [UInt8],
    _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO webhook_messages (message_id, merchant_id, type, subject, time, body)
      VALUES (\(id), \(merchant), \(type), \(subject), \(time), \(body))
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

extension PostgresError {
  /// Why an event's own data cannot be written; `nil` for what has other causes, which pass or need
  /// a person. A foreign key is one of those: an endpoint may go while its delivery is made.
  fileprivate var eventFault: String? {
    if kind == .invalidParameter { return "value" }
    guard kind == .server, let sqlState, sqlState != .foreignKeyViolation,
      ["22", "23", "54"].contains(sqlState.errorClass)
    else { return nil }
    return sqlState.code
  }
}
