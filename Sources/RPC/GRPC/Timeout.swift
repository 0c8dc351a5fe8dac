/// The `grpc-timeout` header: 1 to 8 digits and one unit of `H M S m u n`.
package enum Timeout {
  private static let units: [(letter: UInt8, nanoseconds: Int64)] = [
    (UInt8(ascii: "n"), 1), (UInt8(ascii: "u"), 1_000), (UInt8(ascii: "m"), 1_000_000),
    (UInt8(ascii: "S"), 1_000_000_000), (UInt8(ascii: "M"), 60_000_000_000),
    (UInt8(ascii: "H"), 3_600_000_000_000),
  ]

  /// Nanoseconds, at most `Int64.max`; `nil` when the text is not a timeout.
  package static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
    let digits = text.count - 1
    guard digits >= 1, digits <= 8 else { return nil }
    var value: Int64 = 0
    for index in 0..<digits {
      let digit = unsafe text[index] &- 0x30
      guard digit <= 9 else { return nil }
      value = value * 10 + Int64(digit)
    }
    let letter = unsafe text[digits]
    guard let unit = units.first(where: { $0.letter == letter }) else { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: unit.nanoseconds)
    return overflow ? .max : product
  }

  /// The finest unit that fits 8 digits, rounded up so that the server never gives up earlier than
  /// the client. Negative durations give `0n`.
  package static func format(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 0, attoseconds >= 0 else { return "0n" }
    let limit: Int64 = 99_999_999
    guard seconds < limit else {
      return "\(min((seconds + 3_599) / 3_600, limit))H"
    }
    let nanoseconds = seconds * 1_000_000_000 + (attoseconds + 999_999_999) / 1_000_000_000
    for unit in units {
      let value = (nanoseconds + unit.nanoseconds - 1) / unit.nanoseconds
      if value <= limit { return "\(value)\(Character(UnicodeScalar(unit.letter)))" }
    }
    return "\(limit)H"
  }
}
