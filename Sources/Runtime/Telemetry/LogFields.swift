package import Buffers

/// The lines of a ``LogBatch``; the last one is written field by field, in the order they are named.
///
/// Keys are constants of ours that JSON need not escape, and none that every line has.
package struct LogFields: ~Copyable {
  private var format = Log.Format.json
  /// The lines so far.
  var text = TextBuffer(capacity: 4096)

  private static var quote: UInt8 { UInt8(ascii: "\"") }

  mutating func begin(_ template: LogTemplate, _ format: Log.Format) {
    self.format = format
    if format == .json { append("{\"ts\":\"") }
    Timestamp.appendNow(to: &text)
    if format == .json { append("\",") }
    text.append(template.rest(format))
  }

  mutating func end() { append(format == .json ? "}\n" : "\n") }

  /// Adds a text. Text lines too have it in its JSON form, so that a line break in it starts no line.
  package mutating func string(_ key: StaticString, _ value: String) {
    var value = value
    name(key)
    let isWritten = value.withUTF8 { characters in
      guard characters.allSatisfy(Self.isPlain) else { return false }
      text.append(Self.quote)
      text.append(characters)
      text.append(Self.quote)
      return true
    }
    if !isWritten { escaped(value) }
  }

  private mutating func escaped(_ value: String) {
    var json = JSONWriter()
    json.string(value)
    text.append(json.bytes)
  }

  /// Adds a text that `write` appends, of characters that JSON need not escape.
  package mutating func plain(_ key: StaticString, _ write: (inout TextBuffer) -> Void) {
    name(key)
    text.append(Self.quote)
    write(&text)
    text.append(Self.quote)
  }

  /// Adds a whole number.
  package mutating func integer(_ key: StaticString, _ value: Int) {
    name(key)
    text.append(decimal: value)
  }

  /// Adds a span of time, in milliseconds to the microsecond.
  package mutating func milliseconds(_ key: StaticString, nanoseconds: Int64) {
    name(key)
    let (whole, rest) = Int(nanoseconds / 1000).quotientAndRemainder(dividingBy: 1000)
    text.append(decimal: whole)
    guard rest > 0 else { return }
    text.append(UInt8(ascii: "."))
    text.append(48 + UInt8(truncatingIfNeeded: rest / 100))
    if rest % 100 != 0 { text.append(48 + UInt8(truncatingIfNeeded: rest / 10 % 10)) }
    if rest % 10 != 0 { text.append(48 + UInt8(truncatingIfNeeded: rest % 10)) }
  }

  private mutating func name(_ key: StaticString) {
    append(format == .json ? ",\"" : " ")
    append(key)
    append(format == .json ? "\":" : "=")
  }

  private mutating func append(_ constant: StaticString) { text.append(constant) }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7F && byte != quote && byte != UInt8(ascii: "\\")
  }
}
