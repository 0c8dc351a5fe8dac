internal import Domain
internal import Postgres
internal import TransparencyLog

/// The SQL of a merchant's epochs.
enum AuditEpochStore {
  /// The epoch that entries are written to; the first where there is no log yet.
  static func current(
    of merchant: MerchantID, _ database: some Querying
  ) async throws -> AuditEpoch {
    let rows = try await database.query(
      "SELECT epoch FROM audit_logs WHERE merchant_id = \(merchant.text)")
    return AuditEpoch(merchant: merchant, number: try rows.first?.decode("epoch") ?? 1)
  }

  /// The current epoch of a merchant that has a log, or of all.
  static func logs(
    of merchant: MerchantID?, _ transaction: Transaction
  ) async throws -> [(MerchantID, epoch: Int64)] {
    let rows = try await transaction.query(
      """
      SELECT merchant_id, epoch FROM audit_logs
      WHERE \(merchant?.text)::text IS NULL OR merchant_id = \(merchant?.text)::text
      ORDER BY merchant_id
      """)
    return try rows.compactMap { row in
      guard let id = MerchantID(try row.decode("merchant_id", as: String.self)) else { return nil }
      return (id, epoch: try row.decode("epoch"))
    }
  }

  /// How the epochs behind `number` began, in their order.
  static func starts(
    after number: Int64, limit: Int = 1_000, of merchant: MerchantID, _ database: some Querying
  ) async throws -> [AuditEpochStart] {
    try await starts("epoch > \(number)", limit: limit, of: merchant, database)
  }

  /// How an epoch began; `nil` for the first one.
  static func start(
    of epoch: AuditEpoch, _ database: some Querying
  ) async throws -> AuditEpochStart? {
    try await starts("epoch = \(epoch.number)", limit: 1, of: epoch.merchant, database).first
  }

  /// How the epoch began that followed this one; `nil` when none has.
  static func follower(
    of epoch: AuditEpoch, _ database: some Querying
  ) async throws -> AuditEpochStart? {
    try await starts("before = \(epoch.number)", limit: 1, of: epoch.merchant, database).first
  }

  private static func starts(
    _ condition: Query, limit: Int, of merchant: MerchantID, _ database: some Querying
  ) async throws -> [AuditEpochStart] {
    try await database.query(
      """
      SELECT epoch, key_number, before, before_size, before_root, is_continuous, begin_time
      FROM audit_epochs WHERE merchant_id = \(merchant.text) AND \(condition)
      ORDER BY epoch LIMIT \(limit)
      """
    ).map { try read($0, merchant) }
  }

  /// Begins an epoch with an empty log; the caller has the log's lock.
  static func begin(_ start: AuditEpochStart, _ transaction: Transaction) async throws {
    let (epoch, merchant) = (start.epoch.number, start.epoch.merchant.text)
    try await transaction.execute(
      """
      WITH start AS (
        INSERT INTO audit_epochs (merchant_id, epoch, key_number, before, before_size, before_root,
          is_continuous, begin_time)
        VALUES (\(merchant), \(epoch), \(start.key), \(start.before.number), \(start.size),
          \(start.root.bytes), \(start.isContinuous), \(start.time))
      )
      INSERT INTO audit_logs (merchant_id, epoch) VALUES (\(merchant), \(epoch))
      ON CONFLICT (merchant_id) DO UPDATE
      SET epoch = EXCLUDED.epoch, size = 0, tree_size = 0, frontier = ''
      """)
  }

  private static func read(_ row: Row, _ merchant: MerchantID) throws -> AuditEpochStart {
    func epoch(_ column: String) throws -> AuditEpoch {
      AuditEpoch(merchant: merchant, number: try row.decode(column))
    }
    return AuditEpochStart(
      epoch: try epoch("epoch"), key: try row.decode("key_number"),
      before: try epoch("before"), size: try row.decode("before_size"),
      root: try AuditStore.hash(row, "before_root"),
      isContinuous: try row.decode("is_continuous"), time: try row.decode("begin_time"))
  }
}
