internal import Protobuf
package import Schema

/// An amount in Indian rupees, exact to a millionth, so that per-token prices add up.
package struct Rupees: Sendable, Hashable, Comparable {
  package var micros: Int64

  package init(micros: Int64) { self.micros = micros }

  package static let zero = Rupees(micros: 0)

  package static func < (a: Rupees, b: Rupees) -> Bool { a.micros < b.micros }

  package static func + (a: Rupees, b: Rupees) -> Rupees { Rupees(micros: a.micros + b.micros) }

  /// As `google.type.Money`, with `INR`.
  package var money: Google.Type_.Money {
    .with {
      $0.currencyCode = "INR"
      $0.units = micros / 1_000_000
      $0.nanos = Int32(micros % 1_000_000) * 1_000
    }
  }
}
