internal import Domain
internal import Postgres

/// All SQL of endpoints. Every function runs in the caller's transaction.
enum EndpointStore {
  /// Endpoints a merchant may have; those of single calls and that of its own URL do not count.
  static let limit = 32

  static func insert(
    _ id: WebhookEndpointID, merchant: MerchantID, url: String, eventTypes: [String],
    isPaused: Bool, secret: [UInt8], _ transaction: Transaction
  ) async throws -> EndpointRecord {
    let rows = try await transaction.query(
      """
      INSERT INTO webhook_endpoints
        (endpoint_id, merchant_id, url, event_types, state, pause_reason, secret)
      VALUES (\(id.text), \(merchant.text), \(url), \(eventTypes),
        \(isPaused ? "paused" : "active"), \(isPaused ? "merchant" : ""), \(secret))
      RETURNING \(EndpointRecord.columns)
      """)
    return try EndpointRecord(rows[0])
  }

  /// Sees to it that a call's own URL has an endpoint.
  static func ensure(
    _ id: WebhookEndpointID, ofCallsTo url: String, merchant: String, secret: [UInt8],
    _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO webhook_endpoints (endpoint_id, merchant_id, url, scope, secret)
      SELECT \(id.text), \(merchant), \(url), 'call', \(secret)
      WHERE NOT EXISTS (SELECT FROM webhook_endpoints
        WHERE merchant_id = \(merchant) AND url = \(url))
      ON CONFLICT DO NOTHING
      """)
  }

  /// Sees to it that a merchant's own URL has its endpoint. One that moves and was paused for what it
  /// did starts with a clean slate.
  static func ensureManaged(
    _ id: WebhookEndpointID, merchant: MerchantID, url: String, secret: [UInt8],
    _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO webhook_endpoints AS own (endpoint_id, merchant_id, url, is_managed, secret)
      VALUES (\(id.text), \(merchant.text), \(url), true, \(secret))
      ON CONFLICT (merchant_id) WHERE is_managed DO UPDATE
        SET revision = own.revision + 1, url = excluded.url,
          state = CASE WHEN own.pause_reason = 'merchant' THEN 'paused' ELSE 'active' END,
          pause_reason = CASE WHEN own.pause_reason = 'merchant' THEN 'merchant' ELSE '' END,
          failing_since = NULL, throttled_until = NULL
        WHERE own.url <> excluded.url
      """)
  }

  /// Deletes the endpoint of a merchant's own URL, if there is one, with all that waits for it.
  static func deleteManaged(of merchant: MerchantID, _ transaction: Transaction) async throws {
    try await transaction.execute(
      "DELETE FROM webhook_endpoints WHERE merchant_id = \(merchant.text) AND is_managed")
  }

  static func count(_ merchant: MerchantID, _ transaction: Transaction) async throws -> Int {
    // Two creations at a time must not both find the last place free.
    try await transaction.execute(
      "SELECT pg_advisory_xact_lock(hashtextextended(\("webhooks:" + merchant.text), 0))")
    return try await transaction.query(
      """
      SELECT count(*) AS found FROM webhook_endpoints
      WHERE merchant_id = \(merchant.text) AND scope = 'merchant' AND NOT is_managed
      """)[0].decode("found")
  }

  static func find(
    _ id: WebhookEndpointID, _ transaction: Transaction
  ) async throws -> EndpointRecord? {
    try await transaction.query(
      "SELECT \(EndpointRecord.columns) FROM webhook_endpoints WHERE endpoint_id = \(id.text)"
    ).first.map(EndpointRecord.init)
  }

  /// One page, newest first.
  static func page(
    after cursor: String?, limit: Int, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [EndpointRecord] {
    var query: Query = """
      SELECT \(EndpointRecord.columns) FROM webhook_endpoints WHERE merchant_id = \(merchant.text)
      """
    if let cursor { query.append(" AND endpoint_id < \(cursor)") }
    query.append(" ORDER BY endpoint_id DESC LIMIT \(limit)")
    return try await transaction.query(query).map(EndpointRecord.init)
  }

  /// Writes over revision `revision`; nil when the stored one is another by now. An endpoint made
  /// active again starts with a clean slate.
  static func update(
    _ id: WebhookEndpointID, url: String, eventTypes: [String], isPaused: Bool,
    over revision: Int64, _ transaction: Transaction
  ) async throws -> EndpointRecord? {
    try await transaction.query(
      """
      UPDATE webhook_endpoints SET revision = revision + 1, url = \(url),
        event_types = \(eventTypes), state = \(isPaused ? "paused" : "active"),
        pause_reason = CASE WHEN NOT \(isPaused) THEN ''
          WHEN state = 'paused' THEN pause_reason ELSE 'merchant' END,
        failing_since = CASE WHEN state = 'paused' AND NOT \(isPaused) THEN NULL
          ELSE failing_since END,
        throttled_until = CASE WHEN \(isPaused) THEN throttled_until END
      WHERE endpoint_id = \(id.text) AND revision = \(revision)
      RETURNING \(EndpointRecord.columns)
      """
    ).first.map(EndpointRecord.init)
  }

  /// Deletes an endpoint with all that waits for it; false when there is none.
  static func delete(_ id: WebhookEndpointID, _ transaction: Transaction) async throws -> Bool {
    try await transaction.execute(
      "DELETE FROM webhook_endpoints WHERE endpoint_id = \(id.text)") == 1
  }

  /// Puts a new secret in place; the one before signs beside it until the time given. Nil when there
  /// is no such endpoint.
  static func rotate(
    _ id: WebhookEndpointID, to secret: [UInt8], overlap: Duration, _ transaction: Transaction
  ) async throws -> Moment? {
    try await transaction.query(
      """
      UPDATE webhook_endpoints SET revision = revision + 1, old_secret = secret,
        secret = \(secret),
        old_secret_expire_time = now() + make_interval(secs => \(overlap / .seconds(1)))
      WHERE endpoint_id = \(id.text) RETURNING old_secret_expire_time
      """
    ).first?.decode("old_secret_expire_time", as: Moment.self)
  }

  /// Notes how an attempt went for the endpoint. `rest` is how long it asked to be left alone.
  static func note(
    _ id: String, succeeded: Bool, rest: Duration?, _ transaction: Transaction
  ) async throws {
    if succeeded {
      try await transaction.execute(
        """
        UPDATE webhook_endpoints SET failing_since = NULL, throttled_until = NULL
        WHERE endpoint_id = \(id) AND (failing_since IS NOT NULL OR throttled_until IS NOT NULL)
        """)
      return
    }
    let seconds = (rest ?? .zero) / .seconds(1)
    try await transaction.execute(
      """
      UPDATE webhook_endpoints SET failing_since = coalesce(failing_since, now()),
        throttled_until = CASE WHEN \(seconds)::float8 = 0 THEN throttled_until
          ELSE greatest(throttled_until, now() + make_interval(secs => \(seconds))) END
      WHERE endpoint_id = \(id)
        AND (failing_since IS NULL OR \(seconds)::float8 > 0)
      """)
  }

  /// Pauses an endpoint for what it did; false when it was paused already.
  static func pause(
    _ id: String, _ reason: DeliveryPlan.Pause, _ transaction: Transaction
  ) async throws -> Bool {
    try await transaction.execute(
      """
      UPDATE webhook_endpoints SET revision = revision + 1, state = 'paused',
        pause_reason = \(reason.rawValue), failing_since = coalesce(failing_since, now())
      WHERE endpoint_id = \(id) AND state = 'active'
      """) == 1
  }
}
