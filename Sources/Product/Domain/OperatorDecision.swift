package import Postgres

/// Who of the operator's decides something about a merchant, and what that rests on.
package struct OperatorDecision: Sendable, Hashable {
  /// What a decision rests on.
  package enum Method: String, Sendable, CaseIterable {
    /// Documents that the merchant showed.
    case document
    /// A register of the state's, or the operators' DLT platforms.
    case register
    /// What the reviewer knows.
    case manual
  }

  /// The address of the person who decides: none of the merchant's, since nobody checks themselves.
  package let reviewer: String
  package let method: Method
  /// Why, for the merchant to read; needed with every refusal.
  package let reason: String
  /// SHA-256 of what was looked at.
  package let evidence: [UInt8]?

  package init(
    by reviewer: String, method: Method = .manual, reason: String = "", evidence: [UInt8]? = nil
  ) {
    self.reviewer = reviewer.lowercased()
    self.method = method
    self.reason = reason
    self.evidence = evidence
  }

  /// Whether the reviewer belongs to the merchant; reads the tables of accounts.
  package func isOwn(of merchant: MerchantID, _ transaction: Transaction) async throws -> Bool {
    let rows = try await transaction.query(
      """
      SELECT EXISTS (SELECT FROM merchants
          WHERE merchant_id = \(merchant.text) AND email = \(reviewer))
        OR EXISTS (SELECT FROM users
          WHERE merchant_id = \(merchant.text) AND email = \(reviewer)) AS is_own
      """)
    return try rows[0].decode("is_own")
  }
}
