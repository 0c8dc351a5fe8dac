/// Looks for bytes eight at a time.
enum ByteWords {
  /// Whether a byte of `range`, which is within ASCII, is among `bytes`.
  @inline(__always)
  static func contains(_ range: ClosedRange<UInt8>, in bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 8 else { return bytes.contains(where: range.contains) }
    let ones: UInt64 = 0x0101_0101_0101_0101
    // With its top bit cleared, a byte reaches 128 by these from the lower bound, and from above the upper.
    let reachesLower = UInt64(128 - range.lowerBound) &* ones
    let passesUpper = UInt64(127 - range.upperBound) &* ones
    func hit(at offset: Int) -> Bool {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let low = word & 0x7F7F_7F7F_7F7F_7F7F
      return (low &+ reachesLower) & ~(low &+ passesUpper) & ~word & 0x8080_8080_8080_8080 != 0
    }
    var offset = 0
    while offset + 8 <= bytes.count {
      if hit(at: offset) { return true }
      offset += 8
    }
    return hit(at: bytes.count - 8)
  }
}
