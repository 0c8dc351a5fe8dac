public import EventLoop

/// Which server a channel calls: addresses, or a name that stands for some.
public struct Target: Sendable {
  enum Source: Sendable {
    case addresses([SocketAddress])
    case name(host: String, port: Int)
    case resolver(any NameResolver)
  }

  /// What is meant when a target names no port.
  private static let defaultPort = 443

  let source: Source
  /// The `:authority` of calls to it, unless the configuration has another.
  let authority: String
  /// The name its certificate must have, unless the configuration has another.
  let host: String

  /// One address; a host that is no number is looked up.
  public init(_ address: SocketAddress) {
    host = address.host ?? "localhost"
    authority = address.host == nil ? "localhost" : address.description
    if let port = address.port, !address.isNumeric {
      source = .name(host: host, port: port)
    } else {
      source = .addresses([address])
    }
  }

  /// A server whose addresses `resolver` knows; `authority` is its name, `host` or `host:port`.
  public init(resolver: any NameResolver, authority: String) {
    source = .resolver(resolver)
    self.authority = authority
    host = HostAndPort(authority)?.host ?? authority
  }

  /// Reads gRPC's target syntax: `dns:///host:port`, `dns:host:port`, `host:port`,
  /// `ipv4:address:port,…`, `ipv6:[address]:port,…`, `unix:path`, `unix:///path`. The port is 443
  /// when it is left out.
  public init(_ text: String) throws(TargetError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let rest = parts.count == 2 ? String(parts[1]) : ""
    switch parts.first {
    case "unix": try self.init(unix: rest, text)
    case "ipv4", "ipv6": try self.init(list: rest, text)
    case "dns": try self.init(name: Self.path(rest, text), text)
    default:
      guard !rest.hasPrefix("//") else {
        throw TargetError("target \(text): dns, ipv4, ipv6 and unix are known")
      }
      try self.init(name: text, text)
    }
  }

  /// The authority with another host, where there is one and it stands in front of a port.
  func authority(named name: String?) -> String {
    guard let name, let parts = HostAndPort(authority), let port = parts.port else {
      return name ?? authority
    }
    return name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)"
  }

  private init(unix rest: String, _ text: String) throws(TargetError) {
    var path = rest
    if rest.hasPrefix("//") {
      guard rest.hasPrefix("///") else {
        throw TargetError("target \(text): a unix path has no authority")
      }
      path = String(rest.dropFirst(2))
    }
    guard !path.isEmpty else { throw TargetError("target \(text): a path is expected") }
    self.init(SocketAddress(unixPath: path))
  }

  private init(list: String, _ text: String) throws(TargetError) {
    var addresses: [SocketAddress] = []
    let isV6 = text.hasPrefix("ipv6")
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let address = HostAndPort(String(part)).map {
        SocketAddress(host: $0.host, port: $0.port ?? Self.defaultPort)
      }
      guard let address, address.isNumeric, address.host?.contains(":") == isV6,
        address.host != "localhost"
      else { throw TargetError("target \(text): \(part) is no such address") }
      addresses.append(address)
    }
    source = .addresses(addresses)
    authority = addresses[0].description
    host = addresses[0].host ?? ""
  }

  private init(name: String, _ text: String) throws(TargetError) {
    guard let found = HostAndPort(name), !found.host.isEmpty else {
      throw TargetError("target \(text): host:port is expected")
    }
    let address = SocketAddress(host: found.host, port: found.port ?? Self.defaultPort)
    host = found.host
    authority = name
    source =
      address.isNumeric
      ? .addresses([address]) : .name(host: found.host, port: found.port ?? Self.defaultPort)
  }

  /// What follows the authority, which must be empty: asking a certain DNS server is not provided.
  private static func path(_ rest: String, _ text: String) throws(TargetError) -> String {
    guard rest.hasPrefix("//") else { return rest }
    guard rest.hasPrefix("///") else {
      throw TargetError("target \(text): a DNS server of its own cannot be asked")
    }
    return String(rest.dropFirst(3))
  }
}

/// Why a target cannot be used.
public struct TargetError: Error, Sendable, CustomStringConvertible {
  /// The target, and what is wrong with it.
  public let message: String

  init(_ message: String) { self.message = message }

  public var description: String { message }
}

/// `host`, `host:port`, `[v6]`, `[v6]:port` or a bare v6 number.
private struct HostAndPort {
  var host: String
  var port: Int?

  init?(_ text: String) {
    var port: Substring?
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = String(text[text.index(after: text.startIndex)..<end])
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      port = rest.isEmpty ? nil : rest.dropFirst()
    } else {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      host = parts.count > 2 ? text : String(parts.first ?? "")
      port = parts.count == 2 ? parts[1] : nil
    }
    guard let port else { return }
    guard let number = UInt16(port) else { return nil }
    self.port = Int(number)
  }
}
