package import HTTP

/// Where requests may go whose addresses strangers choose: to public hosts over HTTPS, never inwards.
///
/// A name is resolved once, every address it has must pass, and the connection is pinned to one that
/// did (``ClientRequest/connectAddress``): a second answer of the resolver cannot lead elsewhere.
package struct OutboundPolicy: Sendable, Equatable {
  /// Why a request may not be made. Says no address, since the resolver's answer is not the caller's.
  package struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
  }

  /// Also allows loopback hosts, on any port and without TLS: for development and tests.
  package var allowsLoopback: Bool

  package static let longestURL = 2_048
  private static let ports: Set<Int> = [443, 8_443]

  package init(allowsLoopback: Bool = false) { self.allowsLoopback = allowsLoopback }

  /// The URL's parts, if it may be called as far as its text shows.
  package func check(_ text: String) throws(Refusal) -> URLParts {
    guard text.utf8.count <= Self.longestURL else {
      throw Refusal(description: "has more than 2,048 bytes")
    }
    let url: URLParts
    do { url = try URLParts(text) } catch { throw Refusal(description: error.message) }
    if allowsLoopback, Self.isLoopback(url.host), ["http", "https"].contains(url.scheme) {
      return url
    }
    guard url.scheme == "https" else { throw Refusal(description: "must begin with https://") }
    guard let port = url.effectivePort, Self.ports.contains(port) else {
      throw Refusal(description: "must use port 443 or 8443")
    }
    if Self.isLoopback(url.host) { throw Self.inwards }
    if let address = IPAddress(url.host), !AddressRules.isPublic(address) { throw Self.inwards }
    return url
  }

  /// Which of a host's addresses to connect to: the first, when all of them may be called.
  package func choose(_ addresses: [String], for url: URLParts) throws(Refusal) -> IPAddress {
    let found = addresses.compactMap { IPAddress($0) }
    guard let first = found.first, found.count == addresses.count else {
      throw Refusal(description: "the host has no address")
    }
    let mayLoop = allowsLoopback && Self.isLoopback(url.host)
    let areAllowed = found.allSatisfy {
      mayLoop ? AddressRules.isLoopback($0) : AddressRules.isPublic($0)
    }
    guard areAllowed else { throw Self.inwards }
    return first
  }

  private static let inwards = Refusal(
    description: "the host is at a private, local or reserved address")

  private static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || IPAddress(host).map(AddressRules.isLoopback) ?? false
  }
}

/// Which addresses belong to the public network (IANA's special-purpose registries, RFC 6890).
enum AddressRules {
  private struct Range {
    let prefix: IPAddress
    let length: Int

    init(_ text: String) {
      let parts = text.split(separator: "/")
      guard let prefix = IPAddress(String(parts[0])), let length = Int(parts[1]) else {
        preconditionFailure("our bug: \(text) is no address range")
      }
      (self.prefix, self.length) = (prefix, length)
    }

    func contains(_ address: IPAddress) -> Bool { address.isIn(prefix, length) }
  }

  private static let special = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    // IETF protocols with Teredo, documentation, and 6to4, which leads to any IPv4 address.
    "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
  ].map { Range($0) }
  private static let global = Range("2000::/3")
  private static let mapped = Range("::ffff:0:0/96")
  private static let translated = Range("64:ff9b::/96")
  private static let loopback = [Range("127.0.0.0/8"), Range("::1/128")]

  /// Whether strangers may send us there. An IPv6 address that stands for an IPv4 one is as that is.
  static func isPublic(_ address: IPAddress) -> Bool {
    if mapped.contains(address) || translated.contains(address) {
      return address.embedded.map(isPublic) ?? false
    }
    if special.contains(where: { $0.contains(address) }) { return false }
    return address.bytes.count == 4 || global.contains(address)
  }

  static func isLoopback(_ address: IPAddress) -> Bool {
    loopback.contains { $0.contains(address) }
  }
}
