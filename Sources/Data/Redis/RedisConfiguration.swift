package import EventLoop
package import TLS

/// Where a Redis is and how it is used.
package struct RedisConfiguration: Sendable {
  package var address: SocketAddress
  /// The ACL user; the default user when nil.
  package var username: String?
  /// A secret.
  package var password: String?
  /// The number of the database.
  package var database = 0
  /// Whom to believe; nil for a connection in the clear.
  package var trust: TLSTrust?
  /// How long a command may take before its connection is given up.
  package var commandTimeout: Duration = .milliseconds(50)
  /// How long connecting may take, TLS and greeting included.
  package var connectTimeout: Duration = .seconds(1)
  /// Commands under way on one connection.
  package var maxPending = 4096
  /// Bytes waiting to be sent on one connection.
  package var maxPendingBytes = 16 << 20

  package init(address: SocketAddress) { self.address = address }

  /// Reads `redis://[[user]:password@]host[:port][/database]`, the same with `rediss` for TLS, or
  /// `unix:///path[?db=database]`. User and password are percent-coded. Errors quote nothing.
  package init(url: String) throws(RedisError) {
    guard let mark = url.firstRange(of: "://") else { throw Self.error("has no scheme") }
    let scheme = url[..<mark.lowerBound].lowercased()
    let rest = url[mark.upperBound...]
    switch scheme {
    case "unix", "redis+unix": try self.init(unix: rest)
    case "redis": try self.init(internet: rest)
    case "rediss":
      try self.init(internet: rest)
      trust = .systemRoots
    default: throw Self.error("begins with none of redis, rediss and unix")
    }
  }

  private init(internet rest: Substring) throws(RedisError) {
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let authority = rest[..<end]
    let at = authority.lastIndex(of: "@")
    var host = String(authority[(at.map { authority.index(after: $0) } ?? authority.startIndex)...])
    let hasPort = host.hasSuffix("]") ? false : host.contains(":")
    if !hasPort { host += ":6379" }
    guard let address = SocketAddress(host), address.host != "0.0.0.0" else {
      throw Self.error("names no host and port")
    }
    self.init(address: address)
    if let at { try readCredentials(authority[..<at]) }
    let path = rest[end...].prefix { $0 != "?" }.dropFirst()
    if !path.isEmpty { database = try Self.number(path) }
  }

  private init(unix rest: Substring) throws(RedisError) {
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0].hasPrefix("/") else { throw Self.error("names no absolute path") }
    self.init(address: SocketAddress(unixPath: String(parts[0])))
    guard parts.count == 2 else { return }
    guard parts[1].hasPrefix("db=") else { throw Self.error("has an unknown option; db is known") }
    database = try Self.number(parts[1].dropFirst(3))
  }

  private mutating func readCredentials(_ text: Substring) throws(RedisError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let user = Self.decoded(parts[0]), let secret = Self.decoded(parts[1])
    else { throw Self.error("has credentials that are not user:password, percent-coded") }
    username = user.isEmpty ? nil : user
    password = secret
  }

  private static func number(_ text: Substring) throws(RedisError) -> Int {
    guard let number = Int(text), (0...65_535).contains(number) else {
      throw error("has a database that is no number")
    }
    return number
  }

  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(Substring(rest.prefix(2)), radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func error(_ what: String) -> RedisError {
    RedisError(.configuration, "redis url \(what)")
  }
}
