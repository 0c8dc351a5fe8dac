/// Text files; pure.
package enum PlainText {
  /// The text of UTF-8, with or without a byte order mark, or of UTF-16 with one, without that mark;
  /// nil for anything else, and for text with control characters that no text file has.
  package static func decode(_ bytes: [UInt8]) -> String? {
    let text: String? =
      if bytes.starts(with: [0xFF, 0xFE]) {
        utf16(bytes.dropFirst(2)) { UInt16($1) << 8 | UInt16($0) }
      } else if bytes.starts(with: [0xFE, 0xFF]) {
        utf16(bytes.dropFirst(2)) { UInt16($0) << 8 | UInt16($1) }
      } else if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
        String(validating: bytes.dropFirst(3), as: UTF8.self)
      } else {
        String(validating: bytes, as: UTF8.self)
      }
    guard let text, text.utf8.allSatisfy(isAllowed) else { return nil }
    return text
  }

  private static func utf16(
    _ bytes: ArraySlice<UInt8>, _ unit: (UInt8, UInt8) -> UInt16
  ) -> String? {
    guard bytes.count.isMultiple(of: 2) else { return nil }
    let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2)
      .map { unit(bytes[$0], bytes[$0 + 1]) }
    return String(validating: units, as: UTF16.self)
  }

  /// Tab, line feed, form feed and carriage return are the controls that text files have.
  private static func isAllowed(_ byte: UInt8) -> Bool {
    byte >= 0x20 || [0x09, 0x0A, 0x0C, 0x0D].contains(byte)
  }
}
