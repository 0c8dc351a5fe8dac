/// Vectors as they are stored: 32-bit floats, little-endian.
enum VectorBytes {
  static func encode(_ vector: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(vector.count * 4)
    for value in vector {
      let bits = value.bitPattern
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
    }
    return bytes
  }

  /// `nil` when the bytes are no whole number of floats, or one is not finite.
  static func decode(_ bytes: [UInt8]) -> [Float]? {
    guard bytes.count % 4 == 0 else { return nil }
    var vector: [Float] = []
    vector.reserveCapacity(bytes.count / 4)
    for start in stride(from: 0, to: bytes.count, by: 4) {
      let low = UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8
      let high = UInt32(bytes[start + 2]) << 16 | UInt32(bytes[start + 3]) << 24
      let value = Float(bitPattern: low | high)
      guard value.isFinite else { return nil }
      vector.append(value)
    }
    return vector
  }
}
