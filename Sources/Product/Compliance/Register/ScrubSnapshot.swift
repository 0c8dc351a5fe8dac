package import Domain

/// What is said of a scrub by who brings it.
package struct ScrubSnapshot: Sendable {
  /// The operator who ran it, as verdicts name it.
  package let operatorName: String
  /// When the operator ran it.
  package let time: Moment
  package let polarity: ScrubPolarity
  /// A number that it does not list is clear.
  package let isComplete: Bool
  /// The address of the person who brings it.
  package let importer: String?

  /// `nil` for a name of an operator that has other than 1 to 40 ASCII letters, digits, spaces, dots, dashes and
  /// underscores, or begins with none of the first two.
  package init?(
    by operatorName: String, at time: Moment, _ polarity: ScrubPolarity, isComplete: Bool,
    importer: String?
  ) {
    let bytes = operatorName.utf8
    guard (1...40).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first),
      bytes.allSatisfy({ Self.isAlphanumeric($0) || " ._-".utf8.contains($0) })
    else { return nil }
    self.operatorName = operatorName
    self.time = time
    self.polarity = polarity
    self.isComplete = isComplete
    self.importer = importer
  }

  /// When it holds no more: the end of its day in India.
  package var expireTime: Moment { IndianTime(time).moment(secondOfDay: 0, addingDays: 1) }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }
}

/// What a fresh snapshot says of one number.
package struct ScrubFinding: Sendable, Hashable {
  package var operatorName: String
  package var time: Moment
  /// A number that it does not list is clear.
  package var isComplete: Bool
  /// `nil` when it does not list the number.
  package var blocked: DoNotDisturbCategories?

  package init(
    operatorName: String, time: Moment, isComplete: Bool, blocked: DoNotDisturbCategories?
  ) {
    self.operatorName = operatorName
    self.time = time
    self.isComplete = isComplete
    self.blocked = blocked
  }

  /// What that means for calls of a sector.
  package func status(for sector: MerchantStanding.Sector) -> DoNotDisturbStatus {
    guard let blocked else { return isComplete ? .clear : .unknown }
    return blocked.block(sector) ? .blocked : .clear
  }
}
