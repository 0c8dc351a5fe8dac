internal import Domain
internal import Postgres

/// What is left of a person who was erased: that the merchant may not call them.
struct ErasedNumber: Sendable {
  /// When the erasure was asked for; only what the person gives later counts.
  let eraseTime: Moment
  /// Whether the number was on the merchant's own do-not-call list.
  let isSuppressed: Bool
  /// When the person last opted out, if ever.
  let optOutTime: Moment?
}

/// All SQL of numbers that were erased.
enum ErasedNumberStore {
  /// Notes that a person is erased, from `moment` on.
  static func insert(
    _ digest: [UInt8], at moment: Moment, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO erased_numbers (merchant_id, number_digest, erase_time)
      VALUES (\(merchant.text), \(digest), \(moment))
      ON CONFLICT (merchant_id, number_digest) DO UPDATE
        SET erase_time = greatest(erased_numbers.erase_time, excluded.erase_time)
      """)
  }

  /// Keeps what opt-outs that are erased say.
  static func keep(
    _ digest: [UInt8], isSuppressed: Bool, optOutTime: Moment?, _ merchant: MerchantID,
    _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE erased_numbers SET is_suppressed = is_suppressed OR \(isSuppressed),
        opt_out_time = greatest(opt_out_time, \(optOutTime))
      WHERE merchant_id = \(merchant.text) AND number_digest = \(digest)
      """)
  }

  /// The number's; `nil` for one that never was erased.
  static func find(
    _ digest: [UInt8], _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> ErasedNumber? {
    let rows = try await transaction.query(
      """
      SELECT erase_time, is_suppressed, opt_out_time FROM erased_numbers
      WHERE merchant_id = \(merchant.text) AND number_digest = \(digest)
      """)
    return try rows.first.map { row in
      ErasedNumber(
        eraseTime: try row.decode("erase_time"), isSuppressed: try row.decode("is_suppressed"),
        optOutTime: try row.decode("opt_out_time", as: Moment?.self))
    }
  }
}
