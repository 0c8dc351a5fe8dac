internal import Domain
internal import Jobs
internal import Postgres

/// A delivery with all that sending it takes.
struct DueDelivery: Sendable {
  let id: String
  let merchant: MerchantID
  let endpoint: String
  let url: String
  let message: String
  let body: [UInt8]
  let attempts: Int
  let step: Int
  let standing: DeliveryPlan.Standing
  /// How long the endpoint has done nothing but fail.
  let failingFor: Duration
  /// Sealed, newest first.
  let secrets: [[UInt8]]
}

/// All SQL of deliveries as the job sees them. Every function runs in the caller's transaction.
enum DeliveryStore {
  /// The delivery; nil when it, or its endpoint, is gone.
  static func load(_ id: String, _ transaction: Transaction) async throws -> DueDelivery? {
    let rows = try await transaction.query(
      """
      SELECT d.merchant_id, d.endpoint_id, d.message_id, d.attempts, d.step,
        d.state = 'pending' AS is_pending, m.type = \(EventType.webhookTest.rawValue) AS is_test,
        m.body, e.url, e.state = 'active' AS endpoint_active, merchants.state = 'active'
          AS merchant_active, e.secret,
        CASE WHEN e.old_secret_expire_time > now() THEN e.old_secret END AS old_secret,
        coalesce(extract(epoch FROM e.throttled_until - now()), 0)::float8 AS rest,
        coalesce(extract(epoch FROM d.next_attempt_time - now()), 0)::float8 AS pause,
        coalesce(extract(epoch FROM now() - e.failing_since), 0)::float8 AS failing_for
      FROM webhook_deliveries d
      JOIN webhook_messages m USING (message_id)
      JOIN webhook_endpoints e ON e.endpoint_id = d.endpoint_id
      JOIN merchants ON merchants.merchant_id = d.merchant_id
      WHERE d.delivery_id = \(id)
      """)
    guard let row = rows.first else { return nil }
    guard let merchant = MerchantID(try row.decode("merchant_id", as: String.self)) else {
      throw PostgresError(.invalidValue, "a delivery's row has an id of another kind")
    }
    let old = try row.decode("old_secret", as: [UInt8]?.self)
    return DueDelivery(
      id: id, merchant: merchant, endpoint: try row.decode("endpoint_id"),
      url: try row.decode("url"), message: try row.decode("message_id"),
      body: try row.decode("body"), attempts: try row.decode("attempts"),
      step: try row.decode("step"), standing: try standing(row),
      failingFor: .seconds(try row.decode("failing_for", as: Double.self)),
      secrets: [try row.decode("secret", as: [UInt8].self)] + (old.map { [$0] } ?? []))
  }

  private static func standing(_ row: Row) throws -> DeliveryPlan.Standing {
    func span(_ column: String) throws -> Duration {
      max(.zero, .seconds(try row.decode(column, as: Double.self)))
    }
    return DeliveryPlan.Standing(
      isPending: try row.decode("is_pending"), isTest: try row.decode("is_test"),
      endpointIsActive: try row.decode("endpoint_active"),
      merchantIsActive: try row.decode("merchant_active"), rest: try span("rest"),
      pause: try span("pause"))
  }

  /// Leaves a delivery without a next attempt, until its endpoint is active again.
  static func park(_ id: String, _ transaction: Transaction) async throws {
    try await transaction.execute(
      """
      UPDATE webhook_deliveries SET next_attempt_time = NULL
      WHERE delivery_id = \(id) AND state = 'pending'
      """)
  }

  /// Writes an attempt down, and where the delivery stands after it.
  static func record(
    _ delivery: DueDelivery, _ attempt: Attempt, _ next: DeliveryPlan.OnAttempt,
    _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO webhook_attempts
        (delivery_id, number, merchant_id, time, url, status, error, response, latency_us)
      SELECT \(delivery.id), coalesce(max(number), 0) + 1, \(delivery.merchant.text),
        \(attempt.time), \(delivery.url), \(attempt.answer.status), \(attempt.answer.error),
        \(attempt.answer.response), \(attempt.latency.microseconds)
      FROM webhook_attempts WHERE delivery_id = \(delivery.id)
      """)
    let (state, pause): (String, Duration?) =
      switch next {
      case .delivered: ("delivered", nil)
      case .exhausted: ("exhausted", nil)
      case .retry(let pause, _): ("pending", pause)
      case .pause: ("pending", nil)
      }
    try await transaction.execute(
      """
      UPDATE webhook_deliveries SET state = \(state), attempts = attempts + 1,
        step = least(step + 1, \(DeliveryPlan.pauses.count)),
        next_attempt_time = now() + make_interval(secs => \(pause.map { $0 / .seconds(1) })::float8)
      WHERE delivery_id = \(delivery.id)
      """)
  }

  /// When, how long and with what result an attempt was made.
  struct Attempt: Sendable {
    let time: Moment
    let latency: Duration
    let answer: WebhookAnswer
  }

  /// Takes up to 1,000 parked deliveries of active endpoints, or of one, back into the schedule; the
  /// ids, for which jobs must be enqueued in the same transaction.
  static func unpark(
    endpoint: WebhookEndpointID? = nil, _ transaction: Transaction
  ) async throws -> [String] {
    try await transaction.query(
      """
      UPDATE webhook_deliveries SET next_attempt_time = now() WHERE delivery_id IN (
        SELECT d.delivery_id FROM webhook_deliveries d
        JOIN webhook_endpoints e ON e.endpoint_id = d.endpoint_id
        WHERE d.state = 'pending' AND d.next_attempt_time IS NULL AND e.state = 'active'
          AND (\(endpoint?.text)::text IS NULL OR e.endpoint_id = \(endpoint?.text)::text)
        ORDER BY d.delivery_id LIMIT 1000 FOR UPDATE OF d SKIP LOCKED)
      RETURNING delivery_id
      """
    ).map { try $0.decode("delivery_id") }
  }

  /// Begins a delivery's schedule anew; false when there is none at this endpoint.
  static func replay(
    _ id: WebhookDeliveryID, at endpoint: WebhookEndpointID, _ transaction: Transaction
  ) async throws -> Bool {
    try await transaction.execute(
      """
      UPDATE webhook_deliveries SET state = 'pending', step = 0, next_attempt_time = now()
      WHERE delivery_id = \(id.text) AND endpoint_id = \(endpoint.text)
      """) == 1
  }

  /// Deletes messages that are older than this, and with them their deliveries: a batch at most. Gives
  /// how many.
  static func forgetMessages(
    olderThan age: Duration, _ transaction: Transaction
  ) async throws -> Int {
    try await transaction.execute(
      """
      DELETE FROM webhook_messages WHERE message_id IN (
        SELECT message_id FROM webhook_messages
        WHERE time < now() - make_interval(secs => \(age / .seconds(1)))
        ORDER BY time LIMIT \(Retention.batch))
      """)
  }

  /// Deletes the numbers of subjects that have been silent for so long: a batch at most. Gives how
  /// many.
  static func forgetSubjects(
    silentFor age: Duration, _ transaction: Transaction
  ) async throws -> Int {
    try await transaction.execute(
      """
      DELETE FROM event_sequences WHERE (merchant_id, subject) IN (
        SELECT merchant_id, subject FROM event_sequences
        WHERE update_time < now() - make_interval(secs => \(age / .seconds(1)))
        LIMIT \(Retention.batch))
      """)
  }
}
