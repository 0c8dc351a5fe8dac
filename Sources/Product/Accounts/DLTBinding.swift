package import Domain

/// What the operator found of a merchant and its telemarketer on the operators' DLT platforms.
package struct DLTBinding: Sendable {
  package enum Outcome: Sendable, Hashable {
    /// The two are bound; that is taken as good for so long.
    case bound(for: Duration)
    /// They are not any more.
    case unbound
  }

  package var outcome: Outcome
  /// Who found it, and how.
  package var decision: OperatorDecision

  package init(_ outcome: Outcome, _ decision: OperatorDecision) {
    self.outcome = outcome
    self.decision = decision
  }

  /// As a row names it.
  var outcomeName: String {
    switch outcome {
    case .bound: "bound"
    case .unbound: "unbound"
    }
  }

  /// How long it is taken as good.
  var duration: Duration? {
    guard case .bound(let duration) = outcome else { return nil }
    return duration
  }
}

/// What became of a binding.
package enum OnDLTBinding: Sendable, Hashable {
  /// Recorded, of this pair.
  case recorded(entity: String, telemarketer: String)
  case noSuchMerchant
  /// The reviewer belongs to the merchant.
  case reviewerIsTheMerchants
  /// The merchant has no principal entity id.
  case noEntity
  /// Another entity or telemarketer was looked at: the merchant has this pair.
  case otherPair(entity: String, telemarketer: String)
  /// Neither the merchant nor the platform has a telemarketer id.
  case noTelemarketer
  /// The pair is not bound, so there is nothing to take back.
  case notBound
}
