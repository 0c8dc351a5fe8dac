/// The host of an index, with its port if it has one: a name or an IPv4 address and nothing else, so
/// that what an answer says cannot send the key to a path, a user or a scheme of its choice.
struct PineconeHost: Sendable, Hashable {
  let text: String

  /// Nil when `text` is more, or less, than a host.
  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), Self.isName(parts[0]) else { return nil }
    if parts.count == 2, !Self.isPort(parts[1]) { return nil }
    self.text = text
  }

  private static func isName(_ name: Substring) -> Bool {
    guard name.utf8.count <= 253 else { return false }
    return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.utf8.first != hyphen && label.utf8.last != hyphen
        && label.utf8.allSatisfy(isLabelByte)
    }
  }

  private static let hyphen = UInt8(ascii: "-")

  private static func isLabelByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), hyphen:
      true
    default: false
    }
  }

  private static func isPort(_ text: Substring) -> Bool {
    guard text.utf8.count <= 5, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
      return false
    }
    return (1...65_535).contains(Int(text) ?? 0)
  }
}
