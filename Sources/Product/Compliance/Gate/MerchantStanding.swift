package import Domain
package import VoiceAPI

/// What the gate asks of a merchant.
package struct MerchantStanding: Sendable {
  package typealias Sector = Payaid.Voice.V1.Kyc.Sector

  /// How the check of who the merchant is stands (KYC).
  package enum Check: Sendable, Hashable {
    /// The merchant has not said everything about itself.
    case missing
    /// Nobody has decided on it.
    case pending
    case approved(until: Moment)
    case rejected
    case suspended
  }

  /// Its account is open.
  package var isActive: Bool
  package var check: Check
  /// It has an id as principal entity on the operators' DLT platforms.
  package var hasDLTEntity: Bool
  /// Whether it is bound to the telemarketer that calls for it.
  package var chain: DLTChain
  /// Who supervises it, or what it supplies; `.unspecified` when it has not said.
  package var sector: Sector

  package init(isActive: Bool, check: Check, hasDLTEntity: Bool, chain: DLTChain, sector: Sector) {
    self.isActive = isActive
    self.check = check
    self.hasDLTEntity = hasDLTEntity
    self.chain = chain
    self.sector = sector
  }

  /// Of a merchant that is not there.
  static let none = MerchantStanding(
    isActive: false, check: .missing, hasDLTEntity: false, chain: .noTelemarketer,
    sector: .unspecified)
}
