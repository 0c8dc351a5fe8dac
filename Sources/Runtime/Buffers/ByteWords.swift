internal import Glibc

/// Looks for bytes eight at a time.
public enum ByteWords {
  @inlinable static var ones: UInt64 { 0x0101_0101_0101_0101 }
  @inlinable static var topBits: UInt64 { 0x8080_8080_8080_8080 }

  /// Whether a byte of `range`, which is within ASCII, is among `bytes`.
  @inlinable @inline(__always)
  public static func contains(
    _ range: ClosedRange<UInt8>, in bytes: UnsafeRawBufferPointer
  ) -> Bool {
    firstIndex(of: range, in: bytes, from: 0) != nil
  }

  /// Where the first byte of `range`, which is within ASCII, is at or behind `start`.
  @inlinable @inline(__always)
  public static func firstIndex(
    of range: ClosedRange<UInt8>, in bytes: UnsafeRawBufferPointer, from start: Int
  ) -> Int? {
    guard let base = bytes.baseAddress, start >= 0 else { return nil }
    // With its top bit cleared, a byte reaches 128 by these from the lower bound, and from above the upper.
    let reachesLower = UInt64(128 &- range.lowerBound) &* ones
    let passesUpper = UInt64(127 &- range.upperBound) &* ones
    var offset = start
    while offset < bytes.count {
      let left = min(bytes.count &- offset, 8)
      let word = load(base + offset, left)
      let low = word & ~topBits
      let found = (low &+ reachesLower) & ~(low &+ passesUpper) & ~word & topBits
      let index = found.trailingZeroBitCount &>> 3
      // The zeros above a part of a word may be of the range too.
      if index < left { return offset &+ index }
      offset &+= left
    }
    return nil
  }

  /// Whether a control character of ASCII, 0 to 31 or 127, is among `bytes`.
  public static func hasControls(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let base = bytes.baseAddress else { return false }
    var found: UInt64 = 0
    var offset = 0
    while offset < bytes.count {
      let left = min(bytes.count &- offset, 8)
      // The zeros above a part of a word become spaces.
      let padding = left == 8 ? 0 : (ones &* 32) &<< UInt64(left &* 8)
      let word = load(base + offset, left) | padding
      let delete = word ^ ones &* 127
      found |= (word &- ones &* 32) & ~word | (delete &- ones) & ~delete
      offset &+= left
    }
    return found & topBits != 0
  }

  /// The `count` bytes at `start`, 1 to 8, lowest first, zeros above: loads that overlap see every one.
  @inlinable @inline(__always)
  public static func load(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
    if count == 8 { return UInt64(littleEndian: start.loadUnaligned(as: UInt64.self)) }
    if count >= 4 {
      let low = UInt32(littleEndian: start.loadUnaligned(as: UInt32.self))
      let high = UInt32(littleEndian: (start + (count &- 4)).loadUnaligned(as: UInt32.self))
      return UInt64(low) | UInt64(high) &<< UInt64((count &- 4) &* 8)
    }
    let (middle, last) = (count &>> 1, count &- 1)
    let bytes = (
      start.load(as: UInt8.self), (start + middle).load(as: UInt8.self),
      (start + last).load(as: UInt8.self)
    )
    return UInt64(bytes.0) | UInt64(bytes.1) &<< UInt64(middle &* 8)
      | UInt64(bytes.2) &<< UInt64(last &* 8)
  }
}

extension String {
  /// This text in lower case, without an allocation when it is so already.
  package var inLowerCase: String { isInLowerCase ? self : lowercased() }

  /// Whether no letter of ASCII is in upper case; false where that takes longer to tell.
  package var isInLowerCase: Bool {
    utf8.withContiguousStorageIfAvailable { bytes in
      !ByteWords.contains(UInt8(ascii: "A")...UInt8(ascii: "Z"), in: UnsafeRawBufferPointer(bytes))
    } ?? false
  }

  /// Whether these bytes are the text's UTF-8.
  @inline(__always)
  package func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard utf8.count == bytes.count else { return false }
    guard let start = bytes.baseAddress, bytes.count > 0 else { return true }
    return utf8.withContiguousStorageIfAvailable {
      memcmp($0.baseAddress!, start, bytes.count) == 0
    }
      ?? utf8.elementsEqual(bytes)
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
