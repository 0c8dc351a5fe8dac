package import Domain

/// A decision of the operator's on a call template.
package struct CallTemplateReview: Sendable {
  /// What was decided. It is approved when the operators' DLT platforms approved it as it is registered here, and
  /// suspended when it is, here or there.
  package var outcome: OperatorDecision.Verdict
  /// Who decided, and why.
  package var decision: OperatorDecision

  package init(_ outcome: OperatorDecision.Verdict, _ decision: OperatorDecision) {
    self.outcome = outcome
    self.decision = decision
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
