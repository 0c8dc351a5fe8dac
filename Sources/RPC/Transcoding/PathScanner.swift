/// Cuts a path template into tokens. It knows characters, not grammar.
struct PathScanner {
  enum Token: Equatable {
    case slash, star, doubleStar, open, close, equals, colon, end
    case text(String)
  }

  struct Located: Equatable {
    let token: Token
    /// Where the token begins, in bytes from 1.
    let column: Int
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// All tokens, the last one being `end`.
  static func tokens(_ text: String) throws(TranscodingError) -> [Located] {
    var scanner = PathScanner(text)
    var all: [Located] = []
    repeat {
      all.append(try scanner.next())
    } while all.last?.token != .end
    return all
  }

  private mutating func next() throws(TranscodingError) -> Located {
    let column = position + 1
    guard position < bytes.count else { return Located(token: .end, column: column) }
    if let mark = Self.mark(bytes[position]) {
      position += 1
      guard mark == .star, position < bytes.count, bytes[position] == UInt8(ascii: "*") else {
        return Located(token: mark, column: column)
      }
      position += 1
      return Located(token: .doubleStar, column: column)
    }
    return Located(token: .text(try text()), column: column)
  }

  private mutating func text() throws(TranscodingError) -> String {
    let start = position
    while position < bytes.count, Self.mark(bytes[position]) == nil {
      guard Self.isTextByte(bytes[position]) else {
        throw TranscodingError(
          .syntax(column: position + 1),
          "column \(position + 1): a literal may not contain byte 0x\(hex(bytes[position]))")
      }
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private static func mark(_ byte: UInt8) -> Token? {
    switch byte {
    case UInt8(ascii: "/"): .slash
    case UInt8(ascii: "*"): .star
    case UInt8(ascii: "{"): .open
    case UInt8(ascii: "}"): .close
    case UInt8(ascii: "="): .equals
    case UInt8(ascii: ":"): .colon
    default: nil
    }
  }

  /// RFC 3986 `pchar` without the marks above; `%` begins an escape, which the parser decodes.
  private static func isTextByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default:
      "-._~!$&'()+,;@%".utf8.contains(byte)
    }
  }
}

private func hex(_ byte: UInt8) -> String {
  let text = String(byte, radix: 16, uppercase: true)
  return text.count == 1 ? "0" + text : text
}
