internal import Glibc

/// An IPv4 or IPv6 address, as its bytes.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  /// 4 or 16, in network order.
  package let bytes: [UInt8]
  /// As it was written.
  package let description: String

  /// The address that `text` spells: dotted decimal of four parts, or IPv6 without brackets and zone.
  package init?(_ text: String) {
    var v4 = [UInt8](repeating: 0, count: 4)
    var v6 = [UInt8](repeating: 0, count: 16)
    if unsafe inet_pton(AF_INET, text, &v4) == 1 {
      bytes = v4
    } else if unsafe inet_pton(AF_INET6, text, &v6) == 1 {
      bytes = v6
    } else {
      return nil
    }
    description = text
  }

  /// Whether the first `length` bits are those of `prefix`, an address of the same family.
  func isIn(_ prefix: IPAddress, _ length: Int) -> Bool {
    guard bytes.count == prefix.bytes.count else { return false }
    let (whole, rest) = (length / 8, length % 8)
    guard bytes.prefix(whole) == prefix.bytes.prefix(whole) else { return false }
    if rest == 0 { return true }
    return (bytes[whole] ^ prefix.bytes[whole]) >> UInt8(8 - rest) == 0
  }

  /// The IPv4 address in the last four bytes of an IPv6 one.
  var embedded: IPAddress? {
    guard bytes.count == 16 else { return nil }
    return IPAddress(bytes.suffix(4).map { String($0) }.joined(separator: "."))
  }

  /// In the form of a URL's authority.
  package var authority: String { bytes.count == 16 ? "[\(description)]" : description }
}
