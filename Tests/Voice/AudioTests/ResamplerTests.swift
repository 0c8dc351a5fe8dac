import Audio
import Testing

@Suite struct ResamplerTests {
  static let pairs: [(SampleRate, SampleRate)] = [
    (.telephone, .wideband), (.studio, .telephone), (.telephone, .studio), (.wideband, .telephone),
    (SampleRate(hertz: 22_050), .telephone),
  ]

  @Test(arguments: [300.0, 1_000, 2_000, 3_000], [0, 1, 2, 3])
  func `a telephone-band tone comes through clean and at its level`(frequency: Double, pair: Int) {
    let (from, to) = Self.pairs[pair]
    var resampler = Resampler(from: from, to: to)
    let output = resampler.process(tone(frequency, rate: from, count: from.hertz))
    // A whole number of periods after the filter has settled.
    let settled = output[(to.hertz / 10)..<(to.hertz / 10 + to.hertz / 2)]
    #expect(signalToNoise(settled, frequency: frequency, rate: to) > 60)
    let expected = AudioLevel(of: tone(frequency, rate: to, count: to.hertz)).rms
    #expect(abs(AudioLevel(of: settled).rms - expected) < 0.3)
  }

  @Test(arguments: [4_700.0, 5_500, 6_500, 9_000, 11_000])
  func `what would alias into the telephone band is removed`(frequency: Double) {
    var resampler = Resampler(from: .studio, to: .telephone)
    let output = resampler.process(tone(frequency, rate: .studio, count: 24_000))
    #expect(AudioLevel(of: output.dropFirst(200)).rms < -70)
  }

  @Test(arguments: [1_000.0, 2_500, 3_000])
  func `upsampling leaves no mirror image`(frequency: Double) {
    var resampler = Resampler(from: .telephone, to: .wideband)
    let output = resampler.process(tone(frequency, rate: .telephone, count: 8_000))
    #expect(signalToNoise(output[1_600..<9_600], frequency: frequency, rate: .wideband) > 60)
  }

  @Test(arguments: pairs, [1, 7, 160, 333])
  func `cutting the input into frames changes nothing`(
    pair: (SampleRate, SampleRate), size: Int
  ) {
    let input = tone(700, rate: pair.0, count: 4_000)
    var whole = Resampler(from: pair.0, to: pair.1)
    var pieces = Resampler(from: pair.0, to: pair.1)
    var joined: [Int16] = []
    for start in stride(from: 0, to: input.count, by: size) {
      joined += pieces.process(Array(input[start..<min(start + size, input.count)]))
    }
    #expect(joined == whole.process(input))
    let ideal = 4_000 * pair.1.hertz / pair.0.hertz
    #expect(abs(joined.count - ideal) <= 1)
  }

  @Test(
    arguments: [1_000, 7_999, 22_051, 23_976, 24_001, 192_000],
    [SampleRate.telephone, .studio, SampleRate(hertz: 192_000)])
  func `any two rates have a converter, if need be for a ratio close to theirs`(
    hertz: Int, output: SampleRate
  ) {
    let input = SampleRate(hertz: hertz)
    var resampler = Resampler(from: input, to: output)
    let count = resampler.process([Int16](repeating: 0, count: hertz / 10)).count
    let ideal = hertz / 10 * output.hertz / hertz
    #expect(abs(count - ideal) <= ideal / 500 + 1)
  }

  @Test func `full-scale input clips instead of wrapping around`() {
    var resampler = Resampler(from: .telephone, to: .wideband)
    let square = (0..<800).map { $0 / 40 % 2 == 0 ? Int16.max : Int16.min }
    let output = resampler.process(square)
    #expect(AudioLevel(of: output).peak <= 0)
    #expect(output[200..<270].allSatisfy { $0 > 20_000 } || output[200..<270].contains { $0 < 0 })
  }

  @Test func `a constant keeps its value`() {
    var resampler = Resampler(from: .studio, to: .telephone)
    let output = resampler.process([Int16](repeating: 1_000, count: 2_400))
    #expect(output.dropFirst(100).allSatisfy { abs(Int($0) - 1_000) <= 2 })
  }
}
