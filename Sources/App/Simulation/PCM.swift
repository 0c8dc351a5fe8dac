/// 16-bit little-endian mono samples as bytes and back.
package enum PCM {
  /// The samples of whole pairs of bytes; an odd byte at the end is dropped.
  package static func samples(of bytes: [UInt8]) -> [Int16] {
    var samples = [Int16]()
    samples.reserveCapacity(bytes.count / 2)
    var index = 0
    while index + 1 < bytes.count {
      samples.append(Int16(bitPattern: UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8))
      index += 2
    }
    return samples
  }

  /// The samples, two bytes each.
  package static func bytes(of samples: some Collection<Int16>) -> [UInt8] {
    var bytes = [UInt8]()
    bytes.reserveCapacity(samples.count * 2)
    for sample in samples {
      bytes.append(UInt8(truncatingIfNeeded: sample))
      bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
    }
    return bytes
  }

  /// Root of the mean square; 0 for no samples.
  package static func level(_ samples: some Collection<Int16>) -> Int {
    if samples.isEmpty { return 0 }
    var energy = 0
    for sample in samples { energy += Int(sample) * Int(sample) }
    return Int(Double(energy / samples.count).squareRoot())
  }
}
