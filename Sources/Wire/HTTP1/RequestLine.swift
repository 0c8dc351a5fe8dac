internal import HTTP

/// Method, target and version of a request (RFC 9112, 3).
struct RequestLine: Sendable {
  let method: String
  /// Origin form or `*`; an absolute target is cut down to it.
  let target: String
  let minorVersion: Int
  private let absoluteAuthority: String?

  init(_ line: ArraySlice<UInt8>, limit: Int) throws(HTTP1Error) {
    guard let first = line.firstIndex(of: 32), let last = line.lastIndex(of: 32), first < last,
      (1...32).contains(first - line.startIndex),
      line[..<first].allSatisfy(HTTPFieldRules.isTokenByte)
    else {
      throw HTTP1Error(
        .startLine, .badRequest, "request line is not method, target and version, one space apart")
    }
    let text = line[(first + 1)..<last]
    guard text.count <= limit else {
      throw HTTP1Error(.tooLarge, .uriTooLong, "request target exceeds \(limit) bytes")
    }
    guard !text.isEmpty, text.allSatisfy(Self.isTargetByte) else {
      throw HTTP1Error(.startLine, .badRequest, "request target holds a byte that must be coded")
    }
    minorVersion = try Self.minorVersion(line[(last + 1)...])
    method = String(decoding: line[..<first], as: UTF8.self)
    (target, absoluteAuthority) = try Self.target(
      String(decoding: text, as: UTF8.self), method: method)
  }

  /// The authority the client means: exactly one valid Host, equal to an absolute target's.
  func authority(_ headers: HTTPHeaders) throws(HTTP1Error) -> String {
    let count = headers.count(of: "host")
    if count == 0 && minorVersion == 0 { return absoluteAuthority ?? "" }
    guard count == 1, let host = headers["host"] else {
      throw HTTP1Error(.host, .badRequest, "host is given \(count) times, not once")
    }
    guard HTTPFieldRules.isAuthority(host) else {
      throw HTTP1Error(.host, .badRequest, "host is not a name or address with an optional port")
    }
    if let absoluteAuthority, absoluteAuthority.lowercased() != host.lowercased() {
      throw HTTP1Error(.host, .badRequest, "host differs from the authority of the target")
    }
    return host
  }

  private static func minorVersion(_ text: ArraySlice<UInt8>) throws(HTTP1Error) -> Int {
    switch String(decoding: text, as: UTF8.self) {
    case "HTTP/1.1": return 1
    case "HTTP/1.0": return 0
    case let other where other.hasPrefix("HTTP/"):
      throw HTTP1Error(.version, .versionNotSupported, "http version is neither 1.0 nor 1.1")
    default: throw HTTP1Error(.startLine, .badRequest, "request line names no http version")
    }
  }

  private static func target(
    _ text: String, method: String
  ) throws(HTTP1Error) -> (target: String, authority: String?) {
    if method == "CONNECT" {
      throw HTTP1Error(.unsupported, .notImplemented, "connect is not served")
    }
    if text.hasPrefix("/") { return (text, nil) }
    if text == "*" && method == "OPTIONS" { return (text, nil) }
    guard let url = try? URLParts(text), url.scheme == "http" || url.scheme == "https" else {
      throw HTTP1Error(.startLine, .badRequest, "request target is neither a path nor a url")
    }
    return (url.target, url.authority)
  }

  /// Visible ASCII without `"`, `#`, `<`, `>`, `\`, `^` and the backquote.
  private static func isTargetByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 34, 35, 60, 62, 92, 94, 96: false
    case 33...126: true
    default: false
    }
  }
}
