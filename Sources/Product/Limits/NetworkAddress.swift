internal import Glibc

/// An IP address, IPv4 as ::ffff:a.b.c.d. Pure, and made without memory for IPv4.
package struct NetworkAddress: Sendable, Hashable {
  fileprivate var high: UInt64
  fileprivate var low: UInt64

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  fileprivate init(v4: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(v4)) }

  /// Reads a numeric address, with brackets around IPv6 or without; nil for other text.
  package init?(_ text: Substring) {
    if let v4 = Self.v4(text.utf8) {
      self.init(v4: v4)
      return
    }
    var host = text
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    var raw = in6_addr()
    guard host.contains(":"), inet_pton(AF_INET6, String(host), &raw) == 1 else { return nil }
    let halves = withUnsafeBytes(of: &raw) { $0.loadUnaligned(as: (UInt64, UInt64).self) }
    self.init(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
  }

  /// Reads `a.b.c.d:port`, `[v6]:port`, or an address without a port.
  package init?(endpoint text: Substring) {
    if let v4 = text.utf8.withContiguousStorageIfAvailable(Self.v4(endpoint:)) ?? nil {
      self.init(v4: v4)
      return
    }
    let digits = text.utf8.reversed().prefix { (48...57).contains($0) }.count
    let head = text.utf8.dropLast(digits)
    if (1...5).contains(digits), head.last == UInt8(ascii: ":"),
      let host = NetworkAddress(Substring(head.dropLast())),
      host.isV4 || head.dropLast().last == UInt8(ascii: "]")
    {
      self = host
    } else {
      self.init(text)
    }
  }

  /// The usual case of an endpoint, over bytes as they lie: it is read for each call.
  private static func v4(endpoint bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
    let colon = bytes.lastIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
    let port = bytes[colon...].dropFirst()
    guard colon == bytes.endIndex || (1...5).contains(port.count),
      port.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return v4(bytes[..<colon])
  }

  /// Four numbers of at most 255 without leading zeros, between dots.
  private static func v4(_ text: some Sequence<UInt8>) -> UInt32? {
    var address: UInt32 = 0
    var number: UInt32 = 0
    var digits = 0
    var dots = 0
    for byte in text {
      switch byte {
      case 48...57:
        guard digits == 0 || number > 0 else { return nil }
        number = number * 10 + UInt32(byte - 48)
        digits += 1
        guard number <= 255 else { return nil }
      case UInt8(ascii: "."):
        guard digits > 0, dots < 3 else { return nil }
        address = address << 8 | number
        (number, digits, dots) = (0, 0, dots + 1)
      default: return nil
      }
    }
    return digits > 0 && dots == 3 ? address << 8 | number : nil
  }

  fileprivate var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// Whom a limit goes by: the whole of an IPv4 address, the /64 of an IPv6 one, which is what one
  /// customer of a network has.
  package var customer: NetworkAddress {
    isV4 ? self : NetworkAddress(high: high, low: 0)
  }

  /// The network that it is in, without what tells one person from others: `203.0.113.0/24`,
  /// `2001:db8:1::/48`.
  package var network: String {
    if isV4 {
      let parts = [24, 16, 8].map { "\(low >> $0 & 0xFF)" }
      return parts.joined(separator: ".") + ".0/24"
    }
    let parts = [48, 32, 16].map { String(high >> $0 & 0xFFFF, radix: 16) }
    return parts.joined(separator: ":") + "::/48"
  }

  /// Whether it is this machine's own: 127.0.0.0/8 or ::1.
  var isLoopback: Bool { high == 0 && (low == 1 || low >> 24 == 0xFFFF7F) }

  /// For names in Redis and for digests, in no customary form.
  package var text: String { String(high, radix: 16) + ":" + String(low, radix: 16) }

  /// The first `bits` bits.
  fileprivate func masked(_ bits: Int) -> NetworkAddress {
    NetworkAddress(
      high: bits >= 64 ? high : high & ~(UInt64.max >> UInt64(bits)),
      low: bits >= 128 ? low : bits <= 64 ? 0 : low & ~(UInt64.max >> UInt64(bits - 64)))
  }
}

/// A block of addresses, `10.0.0.0/8`.
package struct NetworkBlock: Sendable, Hashable {
  private let base: NetworkAddress
  private let bits: Int

  /// Reads an address with the number of bits that count, all of them without a number.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let address = NetworkAddress(parts[0]) else { return nil }
    let isV4 = !parts[0].contains(":")
    let size = isV4 ? 32 : 128
    guard let bits = parts.count == 2 ? Int(parts[1]) : size, (0...size).contains(bits) else {
      return nil
    }
    self.bits = isV4 ? bits + 96 : bits
    base = address.masked(self.bits)
  }

  /// Whether it is wider than a network that one owner has, /8 of IPv4 or /16 of IPv6: a part of the internet,
  /// in which anybody may be.
  package var isPartOfTheInternet: Bool {
    // Those of IPv4 lie below ::ffff:0:0/96, which blocks of IPv6 may hold.
    let mapped = min(bits, 96)
    let hasV4 = base.masked(mapped) == NetworkAddress(v4: 0).masked(mapped)
    return bits < (hasV4 ? 96 + 8 : 16)
  }

  /// Whether the address lies in it.
  package func contains(_ other: NetworkAddress) -> Bool { other.masked(bits) == base }
}
