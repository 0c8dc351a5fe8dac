/// Looks for bytes eight at a time.
package enum ByteWords {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let topBits: UInt64 = 0x8080_8080_8080_8080

  /// Whether a byte of `range`, which is within ASCII, is among `bytes`.
  @inline(__always)
  package static func contains(
    _ range: ClosedRange<UInt8>, in bytes: UnsafeRawBufferPointer
  ) -> Bool {
    firstIndex(of: range, in: bytes, from: 0) != nil
  }

  /// Where the first byte of `range`, which is within ASCII, is at or behind `start`.
  package static func firstIndex(
    of range: ClosedRange<UInt8>, in bytes: UnsafeRawBufferPointer, from start: Int
  ) -> Int? {
    var offset = start
    while offset + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let found = hits(of: range, in: UInt64(littleEndian: word))
      if found != 0 { return offset + found.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < bytes.count {
      if range.contains(bytes[offset]) { return offset }
      offset += 1
    }
    return nil
  }

  /// The top bit of each byte of `word` that lies in `range`.
  @inline(__always)
  private static func hits(of range: ClosedRange<UInt8>, in word: UInt64) -> UInt64 {
    // With its top bit cleared, a byte reaches 128 by these from the lower bound, and from above the upper.
    let reachesLower = UInt64(128 - range.lowerBound) &* ones
    let passesUpper = UInt64(127 - range.upperBound) &* ones
    let low = word & ~topBits
    return (low &+ reachesLower) & ~(low &+ passesUpper) & ~word & topBits
  }
}

extension String {
  /// This text in lower case, without an allocation when it is so already.
  package var inLowerCase: String {
    let isLowercase = utf8.withContiguousStorageIfAvailable { bytes in
      !ByteWords.contains(UInt8(ascii: "A")...UInt8(ascii: "Z"), in: UnsafeRawBufferPointer(bytes))
    }
    return isLowercase == true ? self : lowercased()
  }

  /// The text of ASCII `bytes` in lower case.
  package init(lowercasingASCII bytes: UnsafeRawBufferPointer) {
    self.init(unsafeUninitializedCapacity: bytes.count) { text in
      for index in 0..<bytes.count {
        let byte = bytes[index]
        text[index] = 65...90 ~= byte ? byte | 32 : byte
      }
      return bytes.count
    }
  }
}
