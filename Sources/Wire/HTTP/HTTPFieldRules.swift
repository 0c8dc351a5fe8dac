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
  package static func isValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // Hardly a value has a tab, so the exact look is for those alone that have any control.
    !ByteWords.contains(0...31, in: bytes) && !ByteWords.contains(127...127, in: bytes)
      || bytes.allSatisfy(isValueByte)
  }

  /// Whether `name` is a token of at least one byte.
  public static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy(isTokenByte)
  }

  /// Whether `value` has neither CR, LF, NUL nor any other control but a tab.
  public static func isValue(_ value: some Sequence<UInt8>) -> Bool {
    value.allSatisfy(isValueByte)
  }

  /// Whether `text` has the form of a Host field: a name, IPv4 or [IPv6], and a port.
  ///
  /// An empty text is not an authority, nor is one with user information.
  public static func isAuthority(_ text: some StringProtocol) -> Bool {
    guard let (host, port) = splitAuthority(text) else { return false }
    guard let port else { return !host.isEmpty }
    return !host.isEmpty && port.utf8.count <= 5 && (Int(port) ?? 65_536) <= 65_535
  }

  /// The host (brackets kept) and port text of an authority; nil when a byte is not allowed there.
  static func splitAuthority<S: StringProtocol>(
    _ text: S
  ) -> (host: S.SubSequence, port: S.SubSequence?)? {
    var host = text[...]
    var port: S.SubSequence?
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      let inside = text[text.index(after: text.startIndex)..<end]
      guard inside.utf8.count >= 2, inside.utf8.allSatisfy(isIPv6Byte) else { return nil }
      host = text[...end]
      let rest = text[text.index(after: end)...]
      if !rest.isEmpty {
        guard rest.hasPrefix(":") else { return nil }
        port = rest.dropFirst()
      }
    } else {
      if let colon = text.firstIndex(of: ":") {
        host = text[..<colon]
        port = text[text.index(after: colon)...]
      }
      guard host.utf8.allSatisfy(isHostByte) else { return nil }
    }
    if let port { guard port.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil } }
    return (host, port)
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
