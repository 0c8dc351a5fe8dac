import Audio
import Testing

@Suite struct FormatTests {
  @Test(arguments: [
    (Int16(0), UInt8(0xFF)), (8, 0xFE), (-8, 0x7E), (32_767, 0x80), (-32_768, 0x00), (1_000, 0xCE),
  ])
  func `mu-law follows G.711`(sample: Int16, byte: UInt8) {
    #expect(MuLaw.encode(sample) == byte)
  }

  @Test func `every mu-law byte survives a round trip`() {
    for byte in UInt8.min...UInt8.max where byte != 0x7F {
      #expect(MuLaw.encode(MuLaw.decode(byte)) == byte)
    }
  }

  @Test func `little-endian bytes round-trip and an odd count is refused`() {
    let frame = PCMFrame(samples: [0, 1, -1, .max, .min], rate: .telephone)
    #expect(frame.littleEndianBytes == [0, 0, 1, 0, 255, 255, 255, 127, 0, 128])
    #expect(PCMFrame(littleEndian: frame.littleEndianBytes, rate: .telephone) == frame)
    #expect(PCMFrame(littleEndian: [1, 2, 3], rate: .telephone) == nil)
  }

  @Test func `a WAV file round-trips`() throws {
    let wav = WAV(rate: .telephone, channels: 2, samples: [1, -2, 3, -4])
    #expect(wav.bytes.count == 52)
    #expect(try WAV(parsing: wav.bytes) == wav)
  }

  @Test func `no prefix of a WAV file traps`() throws {
    let bytes = WAV(rate: .wideband, channels: 1, samples: [1, 2, 3]).bytes
    for count in 0..<bytes.count { _ = try? WAV(parsing: Array(bytes.prefix(count))) }
    for index in 0..<44 {
      var broken = bytes
      broken[index] = 0xFF
      _ = try? WAV(parsing: broken)
    }
  }

  @Test(arguments: [(SampleRate.telephone, 100, 800), (.studio, 40, 960), (.wideband, -5, 0)])
  func `durations and sample counts agree`(rate: SampleRate, milliseconds: Int, samples: Int) {
    #expect(rate.samples(in: .milliseconds(milliseconds)) == samples)
    if samples > 0 { #expect(rate.duration(samples: samples) == .milliseconds(milliseconds)) }
  }
}
