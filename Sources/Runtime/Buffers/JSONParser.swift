extension JSONValue {
  /// What a repeated key in one object means.
  public enum DuplicateKeys: Sendable {
    /// The text is refused.
    case refused
    /// The last value counts, in the place of the first.
    case lastWins
  }

  /// Reads one RFC 8259 value that fills `bytes` but for white space.
  ///
  /// Strict: UTF-8 without lone surrogates or a byte order mark, nesting to at most `maxDepth`.
  public init(
    parsing bytes: UnsafeRawBufferPointer, maxDepth: Int = 100,
    duplicateKeys: DuplicateKeys = .refused
  ) throws(JSONError) {
    var parser = JSONParser(bytes, depthLeft: maxDepth, duplicateKeys: duplicateKeys)
    self = try parser.document()
  }

  /// Reads one RFC 8259 value that fills `bytes` but for white space.
  public init(
    parsing bytes: [UInt8], maxDepth: Int = 100, duplicateKeys: DuplicateKeys = .refused
  ) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { (all) throws(JSONError) in
      try JSONValue(
        parsing: UnsafeRawBufferPointer(all), maxDepth: maxDepth, duplicateKeys: duplicateKeys)
    }
  }

  /// Reads one RFC 8259 value that fills `text` but for white space.
  public init(
    parsing text: String, maxDepth: Int = 100, duplicateKeys: DuplicateKeys = .refused
  ) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), maxDepth: maxDepth, duplicateKeys: duplicateKeys)
  }
}

/// Recursive descent over bytes it does not own; lives for one call.
struct JSONParser {
  let bytes: UnsafeRawBufferPointer
  var position = 0
  private var depthLeft: Int
  private let duplicateKeys: JSONValue.DuplicateKeys
  private let maxDepth: Int

  init(
    _ bytes: UnsafeRawBufferPointer, depthLeft: Int, duplicateKeys: JSONValue.DuplicateKeys
  ) {
    self.bytes = bytes
    self.depthLeft = depthLeft
    self.duplicateKeys = duplicateKeys
    maxDepth = depthLeft
  }

  mutating func document() throws(JSONError) -> JSONValue {
    skipSpace()
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw fault("text after the value") }
    return value
  }

  func fault(_ message: String) -> JSONError { JSONError(message, at: position) }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    switch next {
    case UInt8(ascii: "{"): .object(try object())
    case UInt8(ascii: "["): .array(try array())
    case UInt8(ascii: "\""): .string(try string())
    case UInt8(ascii: "t"): try literal("true", .bool(true))
    case UInt8(ascii: "f"): try literal("false", .bool(false))
    case UInt8(ascii: "n"): try literal("null", .null)
    case UInt8(ascii: "-"): .number(try number())
    case let byte? where byte >= 48 && byte <= 57: .number(try number())
    case nil: throw fault("the text ends where a value is expected")
    default: throw fault("no value starts with this character")
    }
  }

  private mutating func literal(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    for offset in 0..<word.utf8CodeUnitCount {
      guard next == word.utf8Start[offset] else { throw fault("expected \(word)") }
      position += 1
    }
    return value
  }

  private mutating func enter() throws(JSONError) {
    guard depthLeft > 0 else { throw fault("nesting is deeper than \(maxDepth)") }
    depthLeft -= 1
    position += 1
    skipSpace()
  }

  private mutating func leave() {
    depthLeft += 1
    position += 1
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    try enter()
    var items: [JSONValue] = []
    if next == UInt8(ascii: "]") {
      leave()
      return items
    }
    while true {
      items.append(try value())
      skipSpace()
      guard next == UInt8(ascii: ",") else { break }
      position += 1
      skipSpace()
    }
    guard next == UInt8(ascii: "]") else { throw fault("expected , or ]") }
    leave()
    return items
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    try enter()
    var object = JSONObject()
    if next == UInt8(ascii: "}") {
      leave()
      return object
    }
    while true {
      try member(of: &object)
      skipSpace()
      guard next == UInt8(ascii: ",") else { break }
      position += 1
      skipSpace()
    }
    guard next == UInt8(ascii: "}") else { throw fault("expected , or }") }
    leave()
    return object
  }

  private mutating func member(of object: inout JSONObject) throws(JSONError) {
    guard next == UInt8(ascii: "\"") else { throw fault("expected a key") }
    let start = position
    let key = try string()
    skipSpace()
    guard next == UInt8(ascii: ":") else { throw fault("expected :") }
    position += 1
    skipSpace()
    let value = try value()
    if object.position(of: key) == nil {
      object.append(key, value)
    } else if duplicateKeys == .lastWins {
      object[key] = value
    } else {
      throw JSONError("a key is repeated in one object", at: start)
    }
  }

  private mutating func number() throws(JSONError) -> JSONNumber {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    if next == UInt8(ascii: "0") { position += 1 } else { try digits() }
    if next == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    return JSONNumber(unchecked: String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let digit = next, digit >= 48, digit <= 57 { position += 1 }
    guard position > start else { throw fault("expected a digit") }
  }
}
