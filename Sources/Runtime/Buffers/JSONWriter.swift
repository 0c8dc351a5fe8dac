/// Writes JSON text front to back; commas are its business, matching brackets are its caller's.
public struct JSONWriter: Sendable {
  /// The text so far.
  public private(set) var bytes: [UInt8]
  private var needsComma = false

  /// A writer that appends to `bytes`.
  public init(appendingTo bytes: [UInt8] = []) { self.bytes = bytes }

  /// Opens an object, as a value.
  public mutating func beginObject() { open(UInt8(ascii: "{")) }

  /// Closes the innermost object.
  public mutating func endObject() { close(UInt8(ascii: "}")) }

  /// Opens an array, as a value.
  public mutating func beginArray() { open(UInt8(ascii: "[")) }

  /// Closes the innermost array.
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Names the member whose value comes next.
  public mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// A string value.
  public mutating func string(_ text: String) {
    separate()
    quote(text)
    needsComma = true
  }

  /// A string value that holds `data` in base64.
  public mutating func base64(
    _ data: UnsafeRawBufferPointer, variant: Base64.Variant = .standard
  ) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    Base64.append(data, to: &bytes, variant: variant)
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  /// A string value that holds `data` in base64.
  public mutating func base64(_ data: [UInt8], variant: Base64.Variant = .standard) {
    data.withUnsafeBytes { base64($0, variant: variant) }
  }

  /// A number value.
  public mutating func number(_ value: some BinaryInteger) { raw(String(value)) }

  /// A number value; `null` when it is infinite or not a number, which JSON cannot say.
  public mutating func number(_ value: Double) { raw(JSONNumber(value)?.text ?? "null") }

  /// A number value with up to three decimals.
  public mutating func number(thousandths value: Int64) {
    let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: 1000)
    raw(value < 0 ? "-\(whole)" : String(whole))
    guard rest != 0 else { return }
    bytes.append(UInt8(ascii: "."))
    bytes.append(48 + UInt8(rest / 100))
    if rest % 100 != 0 { bytes.append(48 + UInt8(rest / 10 % 10)) }
    if rest % 10 != 0 { bytes.append(48 + UInt8(rest % 10)) }
  }

  /// A number value, in its own text.
  public mutating func number(_ value: JSONNumber) { raw(value.text) }

  /// `true` or `false`.
  public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

  /// `null`.
  public mutating func null() { raw("null") }

  /// A value whose JSON text the caller vouches for.
  public mutating func raw(_ json: String) {
    separate()
    bytes.append(contentsOf: json.utf8)
    needsComma = true
  }

  /// A value whose JSON text the caller vouches for.
  public mutating func raw(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  /// Any value.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let flag): bool(flag)
    case .number(let text): number(text)
    case .string(let text): string(text)
    case .array(let items):
      beginArray()
      for item in items { self.value(item) }
      endArray()
    case .object(let object):
      beginObject()
      for (key, item) in object {
        self.key(key)
        self.value(item)
      }
      endObject()
    }
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func quote(_ text: String) {
    var text = text
    bytes.append(UInt8(ascii: "\""))
    text.withUTF8 { characters in
      let characters = UnsafeRawBufferPointer(characters)
      var start = 0
      while true {
        let end = JSONText.plainEnd(characters, from: start)
        bytes.append(contentsOf: characters[start..<end])
        guard end < characters.count else { break }
        escape(characters[end])
        start = end + 1
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    default:
      bytes.append(contentsOf: [UInt8(ascii: "u"), 48, 48])
      bytes.append(Hex.digit(byte >> 4))
      bytes.append(Hex.digit(byte & 15))
    }
  }
}

extension JSONValue {
  /// The value as JSON text without white space.
  public func serialized() -> [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  /// The value as JSON text without white space.
  public var serializedString: String { String(decoding: serialized(), as: UTF8.self) }
}
