internal import Domain
internal import Postgres
internal import Protobuf

/// All SQL of the merchants' own do-not-call lists.
enum SuppressionStore {
  /// Puts a number on the list; `nil` when it is there.
  static func insert(
    _ id: SuppressionID, of number: PhoneNumber, reason: SuppressionReason, at now: Moment,
    salt: [UInt8], merchant: MerchantID, _ transaction: Transaction
  ) async throws -> SuppressionRecord? {
    try await transaction.query(
      """
      INSERT INTO suppressions
        (suppression_id, merchant_id, phone_number, reason, create_time, opt_out_time, salt)
      VALUES (\(id.text), \(merchant.text), \(number.e164), \(reason.rawValue), \(now),
        \(reason == .optOut ? now : nil), \(salt))
      ON CONFLICT (merchant_id, phone_number) DO NOTHING
      RETURNING \(SuppressionRecord.columns)
      """
    ).first.map(SuppressionRecord.init)
  }

  /// Notes that the person opted out, of a number that is on the list.
  static func optOut(
    _ number: PhoneNumber, at now: Moment, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> SuppressionRecord? {
    try await transaction.query(
      """
      UPDATE suppressions SET opt_out_time = \(now)
      WHERE merchant_id = \(merchant.text) AND phone_number = \(number.e164)
      RETURNING \(SuppressionRecord.columns)
      """
    ).first.map(SuppressionRecord.init)
  }

  /// A number's entry; `nil` when it is not on the list.
  static func find(
    _ number: PhoneNumber, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> SuppressionRecord? {
    try await transaction.query(
      """
      SELECT \(SuppressionRecord.columns) FROM suppressions
      WHERE merchant_id = \(merchant.text) AND phone_number = \(number.e164)
      """
    ).first.map(SuppressionRecord.init)
  }

  /// One page, newest first; of one number where one is given.
  static func page(
    of number: PhoneNumber?, after cursor: String?, limit: Int, merchant: MerchantID,
    _ database: some Querying
  ) async throws -> [SuppressionRecord] {
    var query: Query =
      "SELECT \(SuppressionRecord.columns) FROM suppressions WHERE merchant_id = \(merchant.text)"
    if let number { query.append(" AND phone_number = \(number.e164)") }
    if let cursor { query.append(" AND suppression_id < \(cursor)") }
    query.append(" ORDER BY suppression_id DESC LIMIT \(limit)")
    return try await database.query(query).map(SuppressionRecord.init)
  }
}
