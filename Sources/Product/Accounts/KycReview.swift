package import Domain

/// A decision of the operator's on who a merchant is.
package struct KycReview: Sendable {
  /// What was decided. While an approval holds, calls may be placed; one is taken back when the business is
  /// blacklisted, its GSTIN cancelled.
  package var outcome: OperatorDecision.Verdict
  /// Who decided, and why.
  package var decision: OperatorDecision

  package init(_ outcome: OperatorDecision.Verdict, _ decision: OperatorDecision) {
    self.outcome = outcome
    self.decision = decision
  }

  /// Where it leads.
  var state: KycState {
    switch outcome {
    case .approved: .approved
    case .rejected: .rejected
    case .suspended: .suspended
    }
  }

  /// The states from which it leads there. An approval is renewed by another one.
  var comesFrom: Set<KycState> {
    switch outcome {
    case .approved: [.submitted, .approved, .suspended]
    case .rejected: [.submitted]
    case .suspended: [.draft, .submitted, .approved, .rejected]
    }
  }
}

/// What became of a review.
package enum OnKycReview: Sendable, Hashable {
  case decided
  case noSuchMerchant
  /// The reviewer belongs to the merchant.
  case reviewerIsTheMerchants
  /// Nothing stands where it could be decided so.
  case stands(KycState)
  /// What the merchant says of itself has gaps, in these fields.
  case incomplete([String])
}
