internal import Domain
internal import Postgres

/// The SQL of signed checkpoints.
enum AuditCheckpointStore {
  /// One signer of a log at a time, to the transaction's end; entries are appended meanwhile.
  static func lock(_ merchant: MerchantID, _ transaction: Transaction) async throws {
    let name = "audit-signer:\(merchant.text)"
    try await transaction.execute(
      "SELECT pg_advisory_xact_lock(hashtextextended(\(name), 0))")
  }

  /// The note of the largest tree of an epoch that was signed.
  static func last(of epoch: AuditEpoch, _ transaction: Transaction) async throws -> String? {
    let rows = try await transaction.query(
      """
      SELECT note FROM audit_checkpoints WHERE merchant_id = \(epoch.merchant.text)
        AND size > \(epoch.base) AND size < \(epoch.end)
      ORDER BY size DESC LIMIT 1
      """)
    return try rows.first?.decode("note")
  }

  /// When one of the merchant's logs was signed last.
  static func lastTime(
    of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Moment? {
    let rows = try await transaction.query(
      """
      SELECT create_time FROM audit_checkpoints WHERE merchant_id = \(merchant.text)
      ORDER BY size DESC LIMIT 1
      """)
    return try rows.first?.decode("create_time")
  }

  static func insert(
    _ note: String, size: Int64, at time: Moment, of epoch: AuditEpoch, _ transaction: Transaction
  ) async throws {
    // A checkpoint's number is the one that the entry behind it has or will have.
    try await transaction.execute(
      """
      INSERT INTO audit_checkpoints (merchant_id, size, note, create_time)
      VALUES (\(epoch.merchant.text), \(epoch.position(size)), \(note), \(time)) ON CONFLICT DO NOTHING
      """)
  }

  /// The merchant behind another one.
  static func next(
    after merchant: String, _ transaction: Transaction
  ) async throws -> MerchantID? {
    let rows = try await transaction.query(
      """
      SELECT merchant_id FROM merchants WHERE merchant_id > \(merchant)
      ORDER BY merchant_id LIMIT 1
      """)
    return try rows.first.flatMap { MerchantID(try $0.decode("merchant_id", as: String.self)) }
  }

  /// Merchants whose logs have grown since they were signed, those first that were signed the longest time ago, or never.
  static func unsigned(limit: Int, _ transaction: Transaction) async throws -> [MerchantID] {
    let rows = try await transaction.query(
      """
      SELECT logs.merchant_id FROM audit_logs AS logs LEFT JOIN LATERAL (
        SELECT size, create_time FROM audit_checkpoints WHERE merchant_id = logs.merchant_id
        ORDER BY size DESC LIMIT 1) AS last ON true
      WHERE logs.size > 0 AND (logs.epoch - 1 << 40) + logs.size > coalesce(last.size, 0)
      ORDER BY last.create_time NULLS FIRST, logs.merchant_id LIMIT \(limit)
      """)
    return try rows.compactMap { MerchantID(try $0.decode("merchant_id", as: String.self)) }
  }
}
