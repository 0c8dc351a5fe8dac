/// The parts of an absolute URL, parsed strictly: what RFC 3986 does not allow is refused.
///
/// User information and bytes outside ASCII are refused too. A fragment is dropped, since it never
/// goes to a server.
public struct URLParts: Sendable, Equatable, CustomStringConvertible {
  /// Lower case, without the colon.
  public let scheme: String
  /// Lower case; an IPv6 address without its brackets.
  public let host: String
  /// The port as written; nil when the scheme's own is meant.
  public let port: Int?
  /// Percent-coded, beginning with `/`.
  public let path: String
  /// Percent-coded, without the question mark; nil when there is none.
  public let query: String?

  /// A URL of at most 8,192 bytes.
  public init(_ text: String) throws(HTTPError) {
    guard text.utf8.count <= 8192 else {
      throw HTTPError(.tooLarge, "url has \(text.utf8.count) bytes; the limit is 8,192")
    }
    guard let colon = text.range(of: "://") else {
      throw HTTPError(.url, "url has no scheme followed by ://")
    }
    let scheme = text[..<colon.lowerBound]
    guard let first = scheme.utf8.first, (first | 32) >= 97, (first | 32) <= 122,
      scheme.utf8.allSatisfy(Self.isSchemeByte)
    else { throw HTTPError(.url, "url scheme is not a letter followed by letters and digits") }
    let rest = text[colon.upperBound...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    var authority = String(rest[..<end])
    let parts = authority.withUTF8 { HTTPFieldRules.splitAuthority(UnsafeRawBufferPointer($0)) }
    guard let (hostLength, port) = parts else {
      throw HTTPError(.url, "url authority is not host or host:port")
    }
    let host = authority[..<authority.utf8.index(authority.startIndex, offsetBy: hostLength)]
    self.scheme = scheme.lowercased()
    self.host = Self.withoutBrackets(host).lowercased()
    self.port = port
    (path, query) = try Self.pathAndQuery(rest[end...])
  }

  /// The port to connect to: the one written, else 80 or 443; nil for a scheme without one.
  public var effectivePort: Int? {
    if let port { return port }
    switch scheme {
    case "http", "ws": return 80
    case "https", "wss": return 443
    default: return nil
    }
  }

  /// Host and port in the form of a Host field.
  public var authority: String {
    let name = host.utf8.contains(58) ? "[\(host)]" : host
    return port.map { "\(name):\($0)" } ?? name
  }

  /// Path and query in the form of a request target.
  public var target: String { query.map { "\(path)?\($0)" } ?? path }

  public var description: String { "\(scheme)://\(authority)\(target)" }

  private static func pathAndQuery(
    _ text: Substring
  ) throws(HTTPError) -> (path: String, query: String?) {
    let sent = text[..<(text.firstIndex(of: "#") ?? text.endIndex)]
    guard text.utf8.allSatisfy(isTargetByte), hasWholeEscapes(text) else {
      throw HTTPError(.url, "url path or query holds a byte that must be percent-coded")
    }
    let mark = sent.firstIndex(of: "?")
    let path = sent[..<(mark ?? sent.endIndex)]
    return (
      path.isEmpty ? "/" : String(path), mark.map { String(sent[sent.index(after: $0)...]) }
    )
  }

  private static func withoutBrackets(_ host: Substring) -> Substring {
    host.hasPrefix("[") ? host.dropFirst().dropLast() : host
  }

  private static func hasWholeEscapes(_ text: Substring) -> Bool {
    !text.utf8.contains(37) || PercentCoding.decode(text.utf8) != nil
  }

  private static func isSchemeByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, 43, 45, 46: true
    default: false
    }
  }

  /// pchar, `/`, `?`, `#` and `%` of RFC 3986.
  private static func isTargetByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 63...90, 97...122: true
    case 33, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 58, 59, 61, 95, 126: true
    default: false
    }
  }
}

extension String {
  /// The first place of `needle`; the standard library has none without Foundation.
  fileprivate func range(of needle: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(needle) {
        return start..<index(start, offsetBy: needle.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
