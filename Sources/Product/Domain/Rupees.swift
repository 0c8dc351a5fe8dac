internal import Protobuf
package import Schema

/// An amount in Indian rupees, exact to a millionth, so that per-token prices add up.
package struct Rupees: Sendable, Hashable, Comparable {
  package var micros: Int64

  package init(micros: Int64) { self.micros = micros }

  package static let zero = Rupees(micros: 0)

  package static func < (a: Rupees, b: Rupees) -> Bool { a.micros < b.micros }

  package static func + (a: Rupees, b: Rupees) -> Rupees { Rupees(micros: a.micros + b.micros) }

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
