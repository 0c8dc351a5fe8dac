extension String {
  /// The beginning of a text that a peer chose, at most `count` bytes of UTF-8 and whole scalars,
  /// so that a message about it does not grow with it. One character may be megabytes.
  package func clipped(toUTF8 count: Int) -> String {
    guard var end = utf8.index(startIndex, offsetBy: count, limitedBy: endIndex), end < endIndex
    else { return String(self) }
    while end > startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
    return String(self[..<end]) + "…"
  }
}
