/// What an element must know so that `[Element]` can be a parameter or a column.
package protocol PostgresArrayElement {
  static func bind(array: [Self]) -> Bind
  static func decode(array text: ArraySlice<UInt8>) throws(PostgresError) -> [Self]
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
  package var bind: Bind { Element.bind(array: self) }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
  package init(postgresText text: ArraySlice<UInt8>) throws(PostgresError) {
    self = try Element.decode(array: text)
  }
}

/// `[UInt8]` is `bytea`: sent as bytes, received as `\x` and hexadecimal digits.
extension UInt8: PostgresArrayElement {
  package static func bind(array: [UInt8]) -> Bind { .bytes(array) }

  package static func decode(array text: ArraySlice<UInt8>) throws(PostgresError) -> [UInt8] {
    let digits = text.dropFirst(2)
    guard text.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "x")]), digits.count % 2 == 0 else {
      throw .unreadable(as: "bytes")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var index = digits.startIndex
    while index < digits.endIndex {
      guard let high = digits[index].hexDigitValue, let low = digits[index + 1].hexDigitValue else {
        throw .unreadable(as: "bytes")
      }
      bytes.append(high << 4 | low)
      index += 2
    }
    return bytes
  }

  private var hexDigitValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

/// `[String]` is `text[]` in the array literal form, every element quoted.
extension String: PostgresArrayElement {
  package static func bind(array: [String]) -> Bind {
    var literal = "{"
    for (index, element) in array.enumerated() {
      literal += index == 0 ? "\"" : ",\""
      for character in element.unicodeScalars {
        if character == "\"" || character == "\\" { literal += "\\" }
        literal.unicodeScalars.append(character)
      }
      literal += "\""
    }
    return .text(literal + "}")
  }

  package static func decode(array text: ArraySlice<UInt8>) throws(PostgresError) -> [String] {
    var parser = ArrayLiteralParser(text)
    return try parser.parse()
  }
}

extension Int64: PostgresArrayElement {
  package static func bind(array: [Int64]) -> Bind {
    .text("{" + array.map(\.description).joined(separator: ",") + "}")
  }

  package static func decode(array text: ArraySlice<UInt8>) throws(PostgresError) -> [Int64] {
    var parser = ArrayLiteralParser(text)
    var values: [Int64] = []
    for element in try parser.parse() {
      guard let value = Int64(element) else { throw .unreadable(as: "[Int64]") }
      values.append(value)
    }
    return values
  }
}

/// Reads one-dimensional array literals: `{a,"b,c",NULL}`. NULL elements are refused.
struct ArrayLiteralParser {
  private var rest: ArraySlice<UInt8>

  init(_ text: ArraySlice<UInt8>) { rest = text }

  mutating func parse() throws(PostgresError) -> [String] {
    guard rest.popFirst() == UInt8(ascii: "{") else { throw .unreadable(as: "array") }
    if rest.first == UInt8(ascii: "}"), rest.count == 1 { return [] }
    var elements: [String] = []
    while true {
      elements.append(try element())
      switch rest.popFirst() {
      case UInt8(ascii: ","): continue
      case UInt8(ascii: "}") where rest.isEmpty: return elements
      default: throw .unreadable(as: "array")
      }
    }
  }

  private mutating func element() throws(PostgresError) -> String {
    if rest.first == UInt8(ascii: "\"") { return try quoted() }
    let bare = rest.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }
    rest = rest.dropFirst(bare.count)
    let text = String(decoding: bare, as: UTF8.self)
    if text.isEmpty || text == "NULL" || text.contains("{") { throw .unreadable(as: "array") }
    return text
  }

  private mutating func quoted() throws(PostgresError) -> String {
    rest.removeFirst()
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { throw .unreadable(as: "array") }
        bytes.append(escaped)
      default: bytes.append(byte)
      }
    }
    throw .unreadable(as: "array")
  }
}
