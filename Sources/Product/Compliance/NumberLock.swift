internal import Domain
internal import Postgres

/// Puts verdicts on a number and changes of what they rest on into one order, to the end of their
/// transactions: a withdrawal that has been answered is seen by every later verdict, and the audit
/// log tells them in the order in which they held.
///
/// It is taken before the rows are read, since a statement sees what was committed when it began.
enum NumberLock {
  /// Held by verdicts, which do not disturb each other.
  static func share(
    _ number: PhoneNumber, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      "SELECT pg_advisory_xact_lock_shared(hashtextextended(\(name(number, merchant)), 0))")
  }

  /// Held by consents, withdrawals and suppressions.
  static func take(
    _ number: PhoneNumber, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      "SELECT pg_advisory_xact_lock(hashtextextended(\(name(number, merchant)), 0))")
  }

  private static func name(_ number: PhoneNumber, _ merchant: MerchantID) -> String {
    "compliance:\(merchant.text):\(number.e164)"
  }
}
