/// Sixteen random bytes that follow one request through every log line it causes.
package struct TraceID: Sendable, Hashable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  /// A new id, from the system's random numbers.
  package init() {
    high = UInt64.random(in: .min ... .max)
    low = UInt64.random(in: 1 ... .max)
  }

  /// The id that 32 hexadecimal digits spell, not all zero, as in a `traceparent`; else nil.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count == 32, !text.hasPrefix("+"), !text.dropFirst(16).hasPrefix("+"),
      let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16),
      high | low != 0
    else { return nil }
    self.high = high
    self.low = low
  }

  /// 32 lower-case hexadecimal digits.
  package var description: String { Self.hex(high) + Self.hex(low) }

  private static func hex(_ value: UInt64) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }
}
