package import Postgres

/// Who of the operator's decides something about a merchant, and what that rests on.
package struct OperatorDecision: Sendable, Hashable {
  /// What became of something that a merchant submitted.
  package enum Verdict: Sendable, Hashable {
    /// It is taken as good for so long.
    case approved(for: Duration)
    case rejected
    /// An approval is taken back, or none will be given.
    case suspended

    /// As a row names it.
    package var name: String {
      switch self {
      case .approved: "approved"
      case .rejected: "rejected"
      case .suspended: "suspended"
      }
    }

    /// How long an approval holds.
    package var duration: Duration? {
      guard case .approved(let duration) = self else { return nil }
      return duration
    }
  }

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

  /// The columns that every table of decisions has.
  package static let columns: Query =
    "outcome, reviewer, method, reason, evidence, expire_time"

  /// Their values in a new row, of an outcome that holds for so long from now on where it ends.
  package func values(_ outcome: String, for duration: Duration?) -> Query {
    """
    \(outcome), \(reviewer), \(method.rawValue), \(reason), \(evidence),
      now() + \(duration?.microseconds)::bigint * interval '1 us'
    """
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
