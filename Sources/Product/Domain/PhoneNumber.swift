/// A number of India's numbering plan in E.164: `+91` and ten digits.
///
/// Strict on purpose: the API takes nothing else and repairs nothing. The ten digits are checked
/// against the plan as far as it is certain: they begin with 1 to 9, and service numbers are told
/// from people's.
package struct PhoneNumber: Sendable, Hashable, CustomStringConvertible {
  /// What answers at a number.
  package enum Kind: Sendable, Hashable {
    /// A person's mobile phone or fixed line.
    case subscriber
    /// Telemarketing series 140: calls from it, never to it.
    case promotionalSeries
    /// Service and transaction series 1600 and 1601: calls from it, never to it.
    case serviceSeries
    /// Toll-free and shared-cost numbers (1800, 1860): inbound only.
    case inboundService
  }

  /// `+919876543210`.
  package let e164: String

  /// The number that `text` spells: exactly `+91` and ten ASCII digits.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 13, text.hasPrefix("+91"),
      bytes.dropFirst(3).allSatisfy({ (0x30...0x39).contains($0) }), bytes[3] != 0x30
    else { return nil }
    e164 = text
  }

  /// What answers there, by the numbering plan.
  package var kind: Kind {
    let national = e164.dropFirst(3)
    if national.hasPrefix("140") { return .promotionalSeries }
    if national.hasPrefix("1600") || national.hasPrefix("1601") { return .serviceSeries }
    if national.hasPrefix("1800") || national.hasPrefix("1860") { return .inboundService }
    return .subscriber
  }

  /// Whether a call may be placed to it at all.
  package var isDiallable: Bool { kind == .subscriber }

  /// The last two digits behind dots: what a log or an error text may show.
  package var description: String { "+91••••••••" + e164.suffix(2) }
}
