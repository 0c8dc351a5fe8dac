internal import Buffers

/// What RFC 9110 allows in field names, field values and methods.
public enum HTTPFieldRules {
  /// Whether `byte` may stand in a token (RFC 9110, 5.6.2).
  @inlinable
  public static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122: true
    case 33, 35, 36, 37, 38, 39, 42, 43, 45, 46, 94, 95, 96, 124, 126: true
    default: false
    }
  }

  /// Whether `byte` may stand in a field value: a tab, a space, visible ASCII or obs-text.
  @inlinable
  public static func isValueByte(_ byte: UInt8) -> Bool {
    byte == 9 || (byte >= 32 && byte != 127)
  }

  /// Whether all of `bytes` may stand in a field value.
  public static func isValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // Hardly a value has a tab, so the exact look is for those alone that have any control.
    !ByteWords.hasControls(bytes) || bytes.allSatisfy(isValueByte)
  }

  /// Whether all of `bytes` may stand in a token, and there is at least one.
  public static func isName(_ bytes: UnsafeRawBufferPointer) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy(isTokenByte)
  }

  /// Whether `name` is a token of at least one byte.
  public static func isName(_ name: String) -> Bool { withBytes(of: name, isName) }

  /// Whether `value` has neither CR, LF, NUL nor any other control but a tab.
  public static func isValue(_ value: String) -> Bool { withBytes(of: value, isValue) }

  /// Whether `text` has the form of a Host field: a name, IPv4 or [IPv6], and a port.
  ///
  /// An empty text is not an authority, nor is one with user information.
  public static func isAuthority(_ text: String) -> Bool {
    withBytes(of: text, splitAuthority) != nil
  }

  /// How many bytes of an authority are its host, brackets included, and its port; nil when it is none.
  static func splitAuthority(_ text: UnsafeRawBufferPointer) -> (hostLength: Int, port: Int?)? {
    guard let hostLength = hostLength(text) else { return nil }
    if hostLength == text.count { return (hostLength, nil) }
    let digits = text[(hostLength + 1)...]
    guard text[hostLength] == UInt8(ascii: ":"), 1...5 ~= digits.count,
      digits.allSatisfy({ 48...57 ~= $0 })
    else { return nil }
    let port = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    return port <= 65_535 ? (hostLength, port) : nil
  }

  private static func hostLength(_ text: UnsafeRawBufferPointer) -> Int? {
    guard text.first == UInt8(ascii: "[") else {
      let end = text.firstIndex(of: UInt8(ascii: ":")) ?? text.count
      return end > 0 && text[..<end].allSatisfy(isHostByte) ? end : nil
    }
    guard let end = text.firstIndex(of: UInt8(ascii: "]")), end >= 3,
      text[1..<end].allSatisfy(isIPv6Byte)
    else { return nil }
    return end + 1
  }

  private static func withBytes<R>(of text: String, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    var text = text
    return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }

  private static func isIPv6Byte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...58, 65...70, 97...102, 46: true
    default: false
    }
  }

  /// Unreserved, sub-delims and the percent sign of RFC 3986's reg-name.
  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122: true
    case 45, 46, 95, 126, 37, 33, 36, 38, 39, 40, 41, 42, 43, 44, 59, 61: true
    default: false
    }
  }
}
