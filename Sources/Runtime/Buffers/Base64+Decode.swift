extension Base64 {
  /// The bytes that `text` spells, or nil when it is not base64.
  ///
  /// Takes both alphabets, padded or not. Refused: any other character, white space, padding that
  /// does not complete a group of four, a lone last character, and unused bits that are not zero,
  /// unless `ignoringUnusedBits` (RFC 4648, 3.5, leaves that to the reader; ProtoJSON ignores them).
  public static func decode(
    _ text: UnsafeRawBufferPointer, ignoringUnusedBits: Bool = false
  ) -> [UInt8]? {
    guard let body = withoutPadding(text) else { return nil }
    let tail = body.count % 4
    guard tail != 1 else { return nil }
    var valid = true
    let bytes = [UInt8](unsafeUninitializedCapacity: body.count / 4 * 3 + 3) { out, count in
      guard let source = body.baseAddress, let target = out.baseAddress else { return }
      valid = decodeGroups(source, groups: body.count / 4, to: target)
      count = body.count / 4 * 3
      let rest = UnsafeRawBufferPointer(rebasing: body[(body.count - tail)...])
      guard let more = decodeTail(rest, to: target + count, ignoringUnusedBits) else {
        valid = false
        return
      }
      count += more
    }
    return valid ? bytes : nil
  }

  /// The bytes that `text` spells, or nil when it is not base64.
  public static func decode(_ text: [UInt8]) -> [UInt8]? {
    text.withUnsafeBytes { decode($0) }
  }

  /// The bytes that `text` spells, or nil when it is not base64.
  public static func decode(_ text: String, ignoringUnusedBits: Bool = false) -> [UInt8]? {
    var text = text
    return text.withUTF8 {
      decode(UnsafeRawBufferPointer($0), ignoringUnusedBits: ignoringUnusedBits)
    }
  }

  private static func withoutPadding(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    let equals = UInt8(ascii: "=")
    var end = text.count
    while end > 0, text.count - end < 2, text[end - 1] == equals { end -= 1 }
    let padding = text.count - end
    guard padding == 0 || text.count % 4 == 0 else { return nil }
    return UnsafeRawBufferPointer(rebasing: text[..<end])
  }

  /// Whole groups of four; three bytes out for each. `target` has room for them.
  private static func decodeGroups(
    _ source: UnsafeRawPointer, groups: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    let tables = Base64Tables.decode
    var seen: UInt32 = 0
    for group in 0..<groups {
      let four = source.loadUnaligned(fromByteOffset: group * 4, as: UInt32.self)
      let value =
        tables[Int(four & 255)] | tables[256 + Int(four >> 8 & 255)]
        | tables[512 + Int(four >> 16 & 255)] | tables[768 + Int(four >> 24)]
      seen |= value
      let out = target + group * 3
      out[0] = UInt8(truncatingIfNeeded: value >> 16)
      out[1] = UInt8(truncatingIfNeeded: value >> 8)
      out[2] = UInt8(truncatingIfNeeded: value)
    }
    return seen & Base64Tables.invalid == 0
  }

  private static func decodeTail(
    _ rest: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>,
    _ ignoringUnusedBits: Bool
  ) -> Int? {
    guard rest.count > 0 else { return 0 }
    let tables = Base64Tables.decode
    var value = tables[Int(rest[0])] | tables[256 + Int(rest[1])]
    if rest.count == 3 { value |= tables[512 + Int(rest[2])] }
    let unused: UInt32 = rest.count == 3 ? 0xFF : 0xFFFF
    guard value & Base64Tables.invalid == 0, ignoringUnusedBits || value & unused == 0 else {
      return nil
    }
    target[0] = UInt8(truncatingIfNeeded: value >> 16)
    if rest.count == 3 { target[1] = UInt8(truncatingIfNeeded: value >> 8) }
    return rest.count - 1
  }
}
