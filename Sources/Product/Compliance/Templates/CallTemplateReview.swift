package import Domain

/// A decision of the operator's on a call template.
package struct CallTemplateReview: Sendable {
  /// What was decided.
  package enum Outcome: Sendable, Hashable {
    /// The operators' DLT platforms approved it as it is registered here; that is taken as good for so long.
    case approved(for: Duration)
    case rejected
    /// It is suspended, here or there.
    case suspended
  }

  package var outcome: Outcome
  /// Who decided, and why.
  package var decision: OperatorDecision

  package init(_ outcome: Outcome, _ decision: OperatorDecision) {
    self.outcome = outcome
    self.decision = decision
  }

  /// As a row names it.
  var outcomeName: String {
    switch outcome {
    case .approved: "approved"
    case .rejected: "rejected"
    case .suspended: "suspended"
    }
  }

  /// How long an approval holds.
  var duration: Duration? {
    guard case .approved(let duration) = outcome else { return nil }
    return duration
  }

  /// Whether it may follow on what was decided last. What was rejected stays so: other words are another template.
  func mayFollow(_ review: CallTemplateTerms.Review) -> Bool {
    switch (outcome, review) {
    case (.approved, .pending), (.approved, .approved), (.approved, .suspended): true
    case (.rejected, .pending), (.suspended, .pending), (.suspended, .approved): true
    default: false
    }
  }
}

/// What became of a review of a template.
package enum OnCallTemplateReview: Sendable, Hashable {
  case decided(MerchantID)
  case noSuchTemplate
  /// The reviewer belongs to the merchant.
  case reviewerIsTheMerchants
  /// It stands where it cannot be decided so.
  case stands(CallTemplateTerms.Review)
}
