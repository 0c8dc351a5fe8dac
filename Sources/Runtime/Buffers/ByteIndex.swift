internal import Glibc

/// Numbers byte strings and finds a number by the bytes, without making a String or an Array of them.
///
/// For keys of our own, like the paths a server has: the hash is quick and holds no secret, so whoever
/// may choose keys can make them collide. A third full at most, by open addressing.
package struct ByteIndex: Sendable {
  /// The keys, each at its number.
  package private(set) var keys: [[UInt8]] = []
  /// Numbers of keys, −1 where there is none; a power of two of them.
  private var slots = [Int32](repeating: -1, count: 16)

  /// No keys.
  package init() {}

  /// The number of `key`, the next one when it is new. Numbers go up from 0.
  package mutating func insert(_ key: [UInt8]) -> Int {
    if let known = key.withUnsafeBytes({ find($0) }) { return known }
    keys.append(key)
    if keys.count * 3 > slots.count { grow() } else { place(keys.count - 1) }
    return keys.count - 1
  }

  /// The number of the key that is `bytes`.
  package func find(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var slot = Self.hash(bytes) & (slots.count - 1)
    while slots[slot] >= 0 {
      let number = Int(slots[slot])
      if Self.areEqual(keys[number], bytes) { return number }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    for number in keys.indices { place(number) }
  }

  private mutating func place(_ number: Int) {
    var slot = keys[number].withUnsafeBytes { Self.hash($0) } & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(number)
  }

  private static func areEqual(_ key: [UInt8], _ bytes: UnsafeRawBufferPointer) -> Bool {
    guard key.count == bytes.count, let start = bytes.baseAddress else {
      return key.count == bytes.count
    }
    return key.withUnsafeBytes { memcmp($0.baseAddress!, start, bytes.count) == 0 }
  }

  /// FNV-1a over words of eight bytes, then over the bytes left.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var index = 0
    while index + 8 <= bytes.count {
      hash = (hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* prime
      hash ^= hash >> 32
      index += 8
    }
    while index < bytes.count {
      hash = (hash ^ UInt64(bytes[index])) &* prime
      index += 1
    }
    return Int(truncatingIfNeeded: hash ^ (hash >> 29)) & Int.max
  }

  private static let prime: UInt64 = 0x100_0000_01B3
}
