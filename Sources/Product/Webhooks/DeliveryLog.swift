internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// Deliveries as the API shows them: where they stand, and every attempt.
enum DeliveryLog {
  typealias V1 = Payaid.Voice.V1

  /// Attempts of one delivery that are shown.
  private static let shownAttempts = 50

  private static let select: Query = """
    SELECT d.delivery_id, d.message_id, d.state, d.attempts, d.next_attempt_time, m.type, m.time,
      m.body
    FROM webhook_deliveries d JOIN webhook_messages m USING (message_id)
    """

  /// The delivery at this endpoint; nil when there is none.
  static func find(
    _ id: WebhookDeliveryID, at endpoint: WebhookEndpointID, _ transaction: Transaction
  ) async throws -> V1.WebhookDelivery? {
    var query = select
    query.append(" WHERE d.delivery_id = \(id.text) AND d.endpoint_id = \(endpoint.text)")
    return try await filled(try await transaction.query(query), transaction).first
  }

  /// One page, newest first.
  static func page(
    of endpoint: WebhookEndpointID, after cursor: String?, limit: Int, _ transaction: Transaction
  ) async throws -> [V1.WebhookDelivery] {
    var query = select
    query.append(" WHERE d.endpoint_id = \(endpoint.text)")
    if let cursor { query.append(" AND d.delivery_id < \(cursor)") }
    query.append(" ORDER BY d.delivery_id DESC LIMIT \(limit)")
    return try await filled(try await transaction.query(query), transaction)
  }

  private static func filled(
    _ rows: [Row], _ transaction: Transaction
  ) async throws -> [V1.WebhookDelivery] {
    var deliveries = try rows.map(delivery)
    let attempts = try await attempts(of: deliveries.map(\.deliveryId), transaction)
    for index in deliveries.indices {
      let log = attempts[deliveries[index].deliveryId] ?? []
      deliveries[index].attemptLog = log
      guard let last = log.last else { continue }
      deliveries[index].lastStatus = last.status
      deliveries[index].lastResponse = last.response
      deliveries[index].lastLatency = last.latency
    }
    return deliveries
  }

  private static func delivery(_ row: Row) throws -> V1.WebhookDelivery {
    let body: [UInt8] = try row.decode("body")
    let state: String = try row.decode("state")
    let next = try row.decode("next_attempt_time", as: Moment?.self)
    let time: Moment = try row.decode("time")
    return try .with {
      $0.deliveryId = try row.decode("delivery_id")
      $0.eventId = try row.decode("message_id")
      $0.eventType = try row.decode("type")
      $0.state = Self.state(state)
      $0.attempts = try row.decode("attempts")
      $0.nextAttemptTime = next?.timestamp
      $0.createTime = time.timestamp
      $0.request = String(decoding: body, as: UTF8.self)
    }
  }

  private static func state(_ text: String) -> V1.WebhookDelivery.State {
    switch text {
    case "delivered": .delivered
    case "exhausted": .exhausted
    default: .pending
    }
  }

  private static func attempts(
    of ids: [String], _ transaction: Transaction
  ) async throws -> [String: [V1.WebhookAttempt]] {
    if ids.isEmpty { return [:] }
    let rows = try await transaction.query(
      """
      SELECT delivery_id, number, time, url, status, error, response, latency_us FROM (
        SELECT *, row_number() OVER (PARTITION BY delivery_id ORDER BY number DESC) AS age
        FROM webhook_attempts WHERE delivery_id = ANY(\(ids))
      ) AS attempts WHERE age <= \(shownAttempts) ORDER BY delivery_id, number
      """)
    var found: [String: [V1.WebhookAttempt]] = [:]
    for row in rows {
      found[try row.decode("delivery_id"), default: []].append(try attempt(row))
    }
    return found
  }

  private static func attempt(_ row: Row) throws -> V1.WebhookAttempt {
    let response: [UInt8] = try row.decode("response")
    let time: Moment = try row.decode("time")
    let latency: Int64 = try row.decode("latency_us")
    return try .with {
      $0.number = try row.decode("number")
      $0.time = time.timestamp
      $0.url = try row.decode("url")
      $0.status = try row.decode("status", as: Int32?.self) ?? 0
      $0.error = try row.decode("error")
      $0.latency = Duration.microseconds(latency).protobuf
      $0.response = String(decoding: response, as: UTF8.self)
    }
  }
}
