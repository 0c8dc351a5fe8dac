/// What kind of line a number is.
package enum LineType: String, Sendable, CaseIterable {
  case landline, mobile, tollFree
}

/// Which numbers are asked for.
package struct NumberSearch: Sendable, Equatable {
  package var type: LineType
  /// A telecom circle's code, `KA`; all when nil.
  package var region: String?
  /// Digits that are in the number.
  package var contains: String?

  package init(type: LineType, region: String? = nil, contains: String? = nil) {
    self.type = type
    self.region = region
    self.contains = contains
  }
}

/// A number that the carrier rents out, or has rented to us.
package struct CarrierNumber: Sendable, Equatable {
  /// E.164.
  package var number: String
  /// The carrier's name for it once it is ours.
  package var id: String?
  package var type: LineType?
  package var region: String?
  /// Decimal text a month in the account's currency, kept exactly ("499.000000").
  package var monthlyRent: String?

  package init(number: String) { self.number = number }
}

/// The numbers of a carrier's account. Safe from any task; every function throws `SpeechError`.
package protocol CarrierNumbers: Sendable {
  /// What can be bought now; at most a few hundred.
  func search(_ search: NumberSearch) async throws -> [CarrierNumber]
  /// Rents `number` (E.164); it is asked for once. `outcomeUnknown` means it may be ours: `find` tells.
  func buy(_ number: String, name: String) async throws -> CarrierNumber
  /// The number as our account has it; nil when it is not ours.
  func find(_ number: String) async throws -> CarrierNumber?
  /// Gives the number back that the carrier calls `id`. Succeeds also when it is gone already.
  func release(_ id: String) async throws
}
