/// Text that stands in a JSON string as it is.
public enum JSONText {
  /// How many bytes come before the first quote, backslash or control character; eight at a time.
  @inlinable @inline(__always)
  public static func plainPrefix(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int {
    var at = 0
    while at < count {
      let left = min(count &- at, 8)
      let special = specials(ByteWords.load(UnsafeRawPointer(start) + at, left))
      // The zeros above a part of a word look like control characters.
      let found = special.trailingZeroBitCount &>> 3
      if found < left { return at &+ found }
      at &+= left
    }
    return count
  }

  /// Copies as many bytes as ``plainPrefix(_:_:)`` says, and says so. `target` has room for `count`
  /// rounded up to eight: what is behind the copied ones holds anything then.
  @inlinable @inline(__always)
  static func copyPlainPrefix(
    _ start: UnsafePointer<UInt8>, _ count: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var at = 0
    while at < count {
      let left = min(count &- at, 8)
      let word = ByteWords.load(UnsafeRawPointer(start) + at, left)
      (UnsafeMutableRawPointer(target) + at).storeBytes(of: word.littleEndian, as: UInt64.self)
      let found = specials(word).trailingZeroBitCount &>> 3
      if found < left { return at &+ found }
      at &+= left
    }
    return count
  }

  /// Where the next such byte is, or the end.
  static func plainEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    let rest = (base + start).assumingMemoryBound(to: UInt8.self)
    return start + plainPrefix(rest, bytes.count - start)
  }

  /// The high bit of each byte that is not plain; above the lowest of them others may be set too.
  @inlinable @inline(__always)
  static func specials(_ word: UInt64) -> UInt64 {
    let ones = ByteWords.ones
    let controls = (word &- ones &* 0x20) & ~word
    let quotes = zeros(word ^ ones &* UInt64(UInt8(ascii: "\"")))
    let backslashes = zeros(word ^ ones &* UInt64(UInt8(ascii: "\\")))
    return (controls | quotes | backslashes) & ByteWords.topBits
  }

  @inlinable @inline(__always)
  static func zeros(_ word: UInt64) -> UInt64 { (word &- ByteWords.ones) & ~word }
}
