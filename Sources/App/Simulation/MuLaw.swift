/// The telephone's 8-bit code for 16-bit samples (ITU-T G.711, mu-law).
package enum MuLaw {
  /// Added before the logarithm is taken.
  private static let bias = 132
  /// The largest magnitude that has a code.
  private static let clip = 32_635

  /// One byte for each sample.
  package static func bytes(of samples: some Collection<Int16>) -> [UInt8] {
    samples.map { sample in
      let magnitude = min(Int(sample.magnitude), clip) + bias
      let exponent = Int.bitWidth - 1 - magnitude.leadingZeroBitCount - 7
      let mantissa = magnitude >> (exponent + 3) & 15
      return ~UInt8(truncatingIfNeeded: (sample < 0 ? 128 : 0) | exponent << 4 | mantissa)
    }
  }

  /// One sample for each byte.
  package static func samples(of bytes: [UInt8]) -> [Int16] {
    bytes.map { byte in
      let code = Int(~byte)
      let magnitude = ((code & 15) << 3 + bias) << (code >> 4 & 7) - bias
      return Int16(code & 128 == 0 ? magnitude : -magnitude)
    }
  }
}
