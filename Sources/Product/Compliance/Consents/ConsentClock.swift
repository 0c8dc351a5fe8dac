package import Domain
package import VoiceAPI

/// How long consents last, and how long nobody may ask for another. Pure: now is an argument.
package enum ConsentClock {
  package typealias State = Payaid.Voice.V1.Consent.State

  /// An enquiry is a basis for 7 days (TCCCPR 2018 as amended on 12 February 2025; three months
  /// before that).
  package static let enquiryLimit = Duration.seconds(7 * 86_400)
  /// Explicit consent is confirmed again after six months: a house rule of Indian aggregators (Plivo,
  /// MyOperator, Kaleyra), not law, which ends it with its scope or its revocation.
  package static let explicitLimit = Duration.seconds(180 * 86_400)
  /// For 90 days after an opt-out nobody may ask for consent again (TCCCPR 2018 as amended).
  package static let coolingTime = Duration.seconds(90 * 86_400)

  /// When the consent ends if nobody withdraws it, the first moment outside; `nil` for never.
  package static func expiry(of terms: ConsentTerms) -> Moment? {
    let limit: Moment? =
      switch terms.basis {
      case .enquiry: terms.grantTime + enquiryLimit
      case .explicit: terms.grantTime + explicitLimit
      default: nil
      }
    return [limit, terms.expireTime].compactMap { $0 }.min()
  }

  /// Where the consent stands at `now`. What was withdrawn stays so, whatever the clock says.
  package static func state(of terms: ConsentTerms, at now: Moment) -> State {
    if terms.withdrawTime != nil { return .withdrawn }
    return expiry(of: terms).map { $0 <= now } ?? false ? .expired : .active
  }

  /// When the person may be asked again who opted out at each of `optOuts`, if at `moment` they may
  /// not be; else `nil`.
  package static func coolingEnd(at moment: Moment, optOuts: [Moment]) -> Moment? {
    optOuts.filter { $0 <= moment && moment < $0 + coolingTime }.max().map { $0 + coolingTime }
  }
}
