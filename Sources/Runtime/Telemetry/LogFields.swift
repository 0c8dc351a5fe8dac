internal import Buffers

/// One line of a ``LogBatch`` while it is written, its fields in the order they are named.
///
/// Keys are constants of ours that JSON need not escape, and none that every line has.
package struct LogFields {
  private let format: Log.Format
  private(set) var bytes: [UInt8]

  private static var quote: UInt8 { UInt8(ascii: "\"") }

  init(_ format: Log.Format, after bytes: consuming [UInt8]) {
    self.format = format
    self.bytes = bytes
  }

  mutating func begin(_ template: LogTemplate) {
    if format == .json { append("{\"ts\":\"") }
    Timestamp.appendNow(to: &bytes)
    if format == .json { append("\",") }
    bytes.append(contentsOf: template.rest(format))
  }

  mutating func end() { append(format == .json ? "}\n" : "\n") }

  /// Adds a text. Text lines too have it in its JSON form, so that a line break in it starts no line.
  package mutating func string(_ key: StaticString, _ text: String) {
    var text = text
    name(key)
    let isWritten = text.withUTF8 { characters in
      guard characters.allSatisfy(Self.isPlain) else { return false }
      bytes.append(Self.quote)
      bytes.append(contentsOf: characters)
      bytes.append(Self.quote)
      return true
    }
    if !isWritten { escaped(text) }
  }

  private mutating func escaped(_ text: String) {
    var json = JSONWriter()
    json.string(text)
    bytes.append(contentsOf: json.bytes)
  }

  /// Adds a text that `write` appends, of characters that JSON need not escape.
  package mutating func plain(_ key: StaticString, _ write: (inout [UInt8]) -> Void) {
    name(key)
    bytes.append(Self.quote)
    write(&bytes)
    bytes.append(Self.quote)
  }

  /// Adds a whole number.
  package mutating func integer(_ key: StaticString, _ value: Int) {
    name(key)
    append(value)
  }

  /// Adds a span of time, in milliseconds to the microsecond.
  package mutating func milliseconds(_ key: StaticString, nanoseconds: Int64) {
    name(key)
    let (whole, rest) = Int(nanoseconds / 1000).quotientAndRemainder(dividingBy: 1000)
    append(whole)
    guard rest > 0 else { return }
    bytes.append(UInt8(ascii: "."))
    bytes.append(48 + UInt8(truncatingIfNeeded: rest / 100))
    if rest % 100 != 0 { bytes.append(48 + UInt8(truncatingIfNeeded: rest / 10 % 10)) }
    if rest % 10 != 0 { bytes.append(48 + UInt8(truncatingIfNeeded: rest % 10)) }
  }

  private mutating func name(_ key: StaticString) {
    append(format == .json ? ",\"" : " ")
    append(key)
    append(format == .json ? "\":" : "=")
  }

  private mutating func append(_ constant: StaticString) {
    constant.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// Decimal digits, at most 19 and a sign.
  private mutating func append(_ value: Int) {
    var rest = value.magnitude
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var divisor: UInt = 1
    while rest / divisor > 9 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(48 + UInt8(truncatingIfNeeded: rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7F && byte != quote && byte != UInt8(ascii: "\\")
  }
}
