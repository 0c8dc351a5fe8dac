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

  /// The samples at another rate by straight lines; enough for energy and shape.
  static func resampled(_ samples: [Int16], from rate: Int, to target: Int) -> [Int16] {
    if rate == target || samples.isEmpty { return samples }
    let count = samples.count * target / rate
    return (0..<count).map { index in
      let position = Double(index) * Double(rate) / Double(target)
      let left = Int(position)
      let right = min(left + 1, samples.count - 1)
      let share = position - Double(left)
      return Int16(Double(samples[left]) * (1 - share) + Double(samples[right]) * share)
    }
  }

  /// Root of the mean square; 0 for no samples.
  package static func level(_ samples: some Collection<Int16>) -> Int {
    if samples.isEmpty { return 0 }
    var energy = 0
    for sample in samples { energy += Int(sample) * Int(sample) }
    return Int(Double(energy / samples.count).squareRoot())
  }
}
