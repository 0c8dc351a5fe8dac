package import Buffers

/// The lines of a ``LogBatch``; the last one is written field by field, in the order they are named.
///
/// Keys are constants of ours that JSON need not escape, and none that every line has.
package struct LogFields: ~Copyable {
  private var format = Log.Format.json
  private var clock = TimestampClock()
  /// The lines so far.
  var text = TextBuffer(capacity: 4096)

  private static var quote: UInt8 { UInt8(ascii: "\"") }

  mutating func begin(_ template: LogTemplate, _ format: Log.Format) {
    self.format = format
    if format == .json { append("{\"ts\":\"") }
    clock.appendNow(to: &text)
    if format == .json { append("\",") }
    text.append(template.rest(format))
  }

  mutating func end() { append(format == .json ? "}\n" : "\n") }

  /// Adds a text. Text lines too have it in its JSON form, so that a line break in it starts no line.
  package mutating func string(_ key: StaticString, _ value: String) {
    var value = value
    name(key)
    let isWritten = value.withUTF8 { characters in
      guard Self.arePlain(characters) else { return false }
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
    let length = key.utf8CodeUnitCount
    let isJSON = format == .json
    text.append(room: length + 4) { place in
      var place = place
      func put(_ byte: Unicode.Scalar) {
        place.pointee = UInt8(ascii: byte)
        place += 1
      }
      put(isJSON ? "," : " ")
      if isJSON { put("\"") }
      place.update(from: key.utf8Start, count: length)
      place += length
      if isJSON { put("\"") }
      put(isJSON ? ":" : "=")
      return length + (isJSON ? 4 : 2)
    }
  }

  private mutating func append(_ constant: StaticString) { text.append(constant) }

  /// Whether JSON need escape none of them.
  private static func arePlain(_ characters: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = characters.baseAddress else { return true }
    return JSONText.plainPrefix(start, characters.count) == characters.count
  }
}
