internal import Domain

/// What a number that is called from tells the person who is called.
enum CallerSeries: String, Sendable, Hashable {
  /// That somebody advertises.
  case promotional = "140"
  /// That the state, or a supervised financial business, has something to say.
  case supervised = "1600"
  /// That a business of a sector with a series of its own has.
  case verified = "1601"
  /// Nothing: any other number.
  case none = ""

  init(_ number: PhoneNumber) {
    let national = number.e164.dropFirst(3)
    let series: [CallerSeries] = [.promotional, .supervised, .verified]
    self = series.first { national.hasPrefix($0.rawValue) } ?? .none
  }
}
