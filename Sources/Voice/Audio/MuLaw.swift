/// G.711 mu-law, 8 bits per sample: the companding of Indian telephone trunks and the Legs API.
package enum MuLaw {
  private static let bias = 0x84
  private static let clip = 32_635

  /// One linear sample as its mu-law byte.
  package static func encode(_ sample: Int16) -> UInt8 {
    var magnitude = Int(sample)
    let sign: UInt8 = magnitude < 0 ? 0x80 : 0
    if magnitude < 0 { magnitude = -magnitude }
    magnitude = min(magnitude, clip) + bias
    let exponent = 7 - (UInt16(magnitude).leadingZeroBitCount - 1)
    let mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | UInt8(exponent << 4) | UInt8(mantissa))
  }

  /// One mu-law byte as a linear sample.
  package static func decode(_ byte: UInt8) -> Int16 {
    let value = ~byte
    let exponent = Int(value >> 4) & 0x07
    let magnitude = ((Int(value & 0x0F) << 3) + bias) << exponent - bias
    return Int16(value & 0x80 == 0 ? magnitude : -magnitude)
  }

  package static func encode(_ samples: [Int16]) -> [UInt8] { samples.map { encode($0) } }
  package static func decode(_ bytes: [UInt8]) -> [Int16] { bytes.map { decode($0) } }
}
