package import Domain
package import VoiceAPI

/// What a consent covers and for how long, without whose it is.
package struct ConsentTerms: Sendable, Hashable {
  package typealias Basis = Payaid.Voice.V1.Consent.Basis
  package typealias Purpose = Payaid.Voice.V1.CallPurpose

  package var basis: Basis
  package var purposes: [Purpose]
  /// When the person gave it, as the merchant says.
  package var grantTime: Moment
  /// When it was recorded here.
  package var recordTime: Moment
  /// When it ends as it was asked for; ``ConsentClock`` says whether that is sooner.
  package var expireTime: Moment?
  /// When it was taken back.
  package var withdrawTime: Moment?

  package init(
    basis: Basis, purposes: [Purpose], grantTime: Moment, recordTime: Moment,
    expireTime: Moment? = nil, withdrawTime: Moment? = nil
  ) {
    self.basis = basis
    self.purposes = purposes
    self.grantTime = grantTime
    self.recordTime = recordTime
    self.expireTime = expireTime
    self.withdrawTime = withdrawTime
  }

  /// From when it answers an earlier withdrawal. A merchant's clock that is ahead gains nothing.
  package var givenTime: Moment { min(grantTime, recordTime) }
}
