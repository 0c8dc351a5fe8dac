import Testing

@testable import Voices

@Suite struct RateConverterTests {
  private static func tone(_ hertz: Double, rate: Int, count: Int) -> [Int16] {
    (0..<count).map { Int16(10_000 * sine(2 * .pi * hertz * Double($0) / Double(rate))) }
  }

  /// A Taylor series is precise enough here and needs no import.
  private static func sine(_ x: Double) -> Double {
    let y = x.remainder(dividingBy: 2 * .pi)
    var term = y
    var sum = y
    for k in 1..<14 {
      term *= -y * y / Double((2 * k) * (2 * k + 1))
      sum += term
    }
    return sum
  }

  private static func level(_ samples: ArraySlice<Int16>) -> Double {
    let energy = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
    return energy.squareRoot()
  }

  @Test(arguments: [(22_050, 24_000), (22_050, 8_000), (8_000, 16_000)])
  func `a tone in the pass band keeps its level and length`(source: Int, target: Int) {
    let input = Self.tone(1_000, rate: source, count: source)
    let output = RateConverter(from: source, to: target).convert(input)
    #expect(output.count == target)
    let middle = output[(target / 4)..<(3 * target / 4)]
    #expect(abs(Self.level(middle) / Self.level(input[...]) - 1) < 0.02)
  }

  @Test func `a tone above the new band is gone`() {
    let input = Self.tone(6_000, rate: 22_050, count: 22_050)
    let output = RateConverter(from: 22_050, to: 8_000).convert(input)
    #expect(Self.level(output[2_000..<6_000]) < 30)
  }

  @Test func `an equal rate returns the same samples`() {
    #expect(RateConverter(from: 8_000, to: 8_000).convert([1, -2, 3]) == [1, -2, 3])
  }
}
