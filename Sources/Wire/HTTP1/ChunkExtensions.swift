internal import HTTP

/// What may stand behind a chunk's size (RFC 9112, 7.1.1): `;name`, `;name=token`, `;name="text"`,
/// with spaces around each part. None means anything to us, but who takes a broken one for the end of a line
/// where others do not can be made to see another body.
enum ChunkExtensions {
  static func areValid(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      guard take(";", from: &rest), takeToken(from: &rest) else { return false }
      guard take("=", from: &rest) else { continue }
      guard takeToken(from: &rest) || takeQuoted(from: &rest) else { return false }
    }
    return true
  }

  /// Steps over one character and the spaces around it; leaves `rest` alone when it is another.
  private static func take(_ character: Unicode.Scalar, from rest: inout ArraySlice<UInt8>) -> Bool
  {
    let found = rest.drop(while: isSpace)
    guard found.first == UInt8(ascii: character) else { return false }
    rest = found.dropFirst().drop(while: isSpace)
    return true
  }

  private static func takeToken(from rest: inout ArraySlice<UInt8>) -> Bool {
    let after = rest.drop(while: HTTPFieldRules.isTokenByte)
    defer { rest = after }
    return after.startIndex > rest.startIndex
  }

  /// Steps over a quoted string (RFC 9110, 5.6.4).
  private static func takeQuoted(from rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.popFirst() == UInt8(ascii: "\"") else { return false }
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return true
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst(), HTTPFieldRules.isValueByte(escaped) else {
          return false
        }
      default:
        guard HTTPFieldRules.isValueByte(byte) else { return false }
      }
    }
    return false
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
}
