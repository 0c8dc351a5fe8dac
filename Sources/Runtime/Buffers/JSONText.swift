/// What reading and writing strings have in common.
enum JSONText {
  /// Where the next quote, backslash or control character is, or the end; eight bytes at a time.
  static func plainEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    var position = start
    while position + 8 <= bytes.count {
      let eight = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      let quote = eight ^ (ones &* 0x22)
      let slash = eight ^ (ones &* 0x5C)
      let found =
        ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)
        | ((eight &- ones &* 0x20) & ~eight)
      if found & tops != 0 { break }
      position += 8
    }
    while position < bytes.count, !isSpecial(bytes[position]) { position += 1 }
    return position
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20
  }
}
