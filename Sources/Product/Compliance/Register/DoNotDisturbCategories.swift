internal import VoiceAPI

/// The categories of commercial communication that people can block in the do-not-disturb register.
///
/// Kept and read by name: vendors number them differently.
package struct DoNotDisturbCategories: OptionSet, Sendable, Hashable {
  package let rawValue: Int16

  package init(rawValue: Int16) { self.rawValue = rawValue }

  package static let bankingFinance = Self(rawValue: 1 << 0)
  package static let realEstate = Self(rawValue: 1 << 1)
  package static let education = Self(rawValue: 1 << 2)
  package static let health = Self(rawValue: 1 << 3)
  package static let consumerGoods = Self(rawValue: 1 << 4)
  package static let communication = Self(rawValue: 1 << 5)
  package static let tourism = Self(rawValue: 1 << 6)
  package static let food = Self(rawValue: 1 << 7)
  package static let all = Self(rawValue: 255)

  private static let names: [String: Self] = [
    "BANKING_FINANCE": .bankingFinance, "REAL_ESTATE": .realEstate, "EDUCATION": .education,
    "HEALTH": .health, "CONSUMER_GOODS_AUTOMOBILES": .consumerGoods,
    "COMMUNICATION_ENTERTAINMENT_IT": .communication, "TOURISM_LEISURE": .tourism,
    "FOOD_BEVERAGES": .food,
  ]

  /// The category of that name, as scrub files spell it; `nil` when there is none.
  init?(named name: String) {
    guard let category = Self.names[name] else { return nil }
    self = category
  }

  /// Whether a person who blocks these may not be called by a sector. One that no category is known to
  /// cover may not call whoever blocks anything.
  package func block(_ sector: MerchantStanding.Sector) -> Bool {
    switch sector {
    case .commercialBank, .smallBank, .cooperativeBank, .largeNbfc, .nbfc, .mutualFund, .pension,
      .insurance, .stockbroker, .securities:
      contains(.bankingFinance)
    default: !isEmpty
    }
  }
}
