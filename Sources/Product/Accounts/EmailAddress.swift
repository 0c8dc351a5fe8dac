/// An address as it is kept and compared: lower case, one `@`, no white space.
package enum EmailAddress {
  /// The address that `text` spells; nil when it is none. Whether mail arrives there is not asked.
  package static func normalized(_ text: String) -> String? {
    let address = text.lowercased()
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, address.utf8.count <= 254,
      address.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && $0.value > 0x20 })
    else { return nil }
    return address
  }
}
