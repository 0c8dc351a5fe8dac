package import Domain
package import VoiceAPI

/// What the gate asks of a template that an agent names.
package struct CallTemplateTerms: Sendable, Hashable {
  package typealias CallClass = Payaid.Voice.V1.CallTemplate.CallClass

  /// How the operator's look at it stands.
  package enum Review: Sendable, Hashable {
    case pending
    case approved(until: Moment)
    case rejected
    case suspended
  }

  package var callClass: CallClass
  package var sector: MerchantStanding.Sector
  /// `hi` or `en`.
  package var language: String
  /// Whom it may be said from; everybody when empty, unless it is promotional.
  package var headers: [PhoneNumber]
  package var review: Review

  package init(
    _ callClass: CallClass, sector: MerchantStanding.Sector, language: String,
    headers: [PhoneNumber], review: Review
  ) {
    self.callClass = callClass
    self.sector = sector
    self.language = language
    self.headers = headers
    self.review = review
  }
}
