/// A field value with parameters, such as a content type: `form-data; name="a"; filename=b`.
///
/// Lenient: what is not a parameter is skipped, and of two with one name the first counts.
public struct HTTPParameters: Sendable, Equatable {
  /// What stands before the first semicolon, in lower case.
  public let value: String
  private let parameters: [(name: String, value: String)]

  /// Splits `text`; quoted values may hold semicolons and backslash escapes.
  public init(_ text: some StringProtocol) {
    var pieces = Self.pieces(Array(text.utf8)).makeIterator()
    value = String(decoding: Self.trim(pieces.next() ?? []), as: UTF8.self).lowercased()
    var found: [(name: String, value: String)] = []
    while let piece = pieces.next() {
      guard let equals = piece.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: Self.trim(piece[..<equals]), as: UTF8.self).lowercased()
      found.append((name, Self.unquoted(Self.trim(piece[(equals + 1)...]))))
    }
    parameters = found
  }

  /// The value of a parameter, unquoted; its name is looked up in lower case.
  public subscript(name: String) -> String? {
    parameters.first { $0.name == name }?.value
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.value == right.value
      && left.parameters.elementsEqual(right.parameters) {
        $0.name == $1.name && $0.value == $1.value
      }
  }

  /// `bytes` cut at semicolons outside quotes.
  private static func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
    var start = 0
    var quoted = false
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\\") where quoted: index += 1
      case UInt8(ascii: "\""): quoted.toggle()
      case UInt8(ascii: ";") where !quoted:
        found.append(bytes[start..<index])
        start = index + 1
      default: break
      }
      index += 1
    }
    found.append(bytes[start...])
    return found
  }

  private static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes
    while let first = rest.first, first == 32 || first == 9 { rest.removeFirst() }
    while let last = rest.last, last == 32 || last == 9 { rest.removeLast() }
    return rest
  }

  private static func unquoted(_ bytes: ArraySlice<UInt8>) -> String {
    guard bytes.count >= 2, bytes.first == 34, bytes.last == 34 else {
      return String(decoding: bytes, as: UTF8.self)
    }
    var output: [UInt8] = []
    var escaped = false
    for byte in bytes.dropFirst().dropLast() {
      if byte == UInt8(ascii: "\\"), !escaped {
        escaped = true
      } else {
        output.append(byte)
        escaped = false
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
