internal import Protobuf
package import Schema

/// An amount in Indian rupees, exact to a millionth, so that per-token prices add up.
package struct Rupees: Sendable, Hashable, Comparable {
  package var micros: Int64

  package init(micros: Int64) { self.micros = micros }

  /// Reads a decimal as carriers write it: digits, and up to six after a point. Nil for anything else.
  package init?(decimal text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? parts[1] : ""
    guard let whole = Self.digits(parts[0], 1...9),
      let part = parts.count > 1 ? Self.digits(fraction, 1...6) : 0
    else { return nil }
    let scale = (fraction.utf8.count..<6).reduce(1 as Int64) { scale, _ in scale * 10 }
    self.init(micros: whole * 1_000_000 + part * scale)
  }

  private static func digits(_ text: Substring, _ counts: ClosedRange<Int>) -> Int64? {
    let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    return isNumber && counts.contains(text.utf8.count) ? Int64(text) : nil
  }

  package static let zero = Rupees(micros: 0)

  package static func < (a: Rupees, b: Rupees) -> Bool { a.micros < b.micros }

  package static func + (a: Rupees, b: Rupees) -> Rupees { Rupees(micros: a.micros + b.micros) }

  /// The price of `count` things of one price.
  package static func * (price: Rupees, count: Int) -> Rupees {
    Rupees(micros: price.micros * Int64(count))
  }

  /// As a decimal of six places, `12.500000`. Never negative.
  package var decimal: String {
    let fraction = String(micros % 1_000_000)
    return "\(micros / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
  }

  /// As `google.type.Money`, with `INR`.
  package var money: Google.Type_.Money {
    .with {
      $0.currencyCode = "INR"
      $0.units = micros / 1_000_000
      $0.nanos = Int32(micros % 1_000_000) * 1_000
    }
  }
}
