#if canImport(Glibc)
  internal import Glibc
#endif

/// Converts a whole clip from one sample rate to another with a windowed-sinc low-pass.
///
/// Offline and pure: the first output sample lies on the first input sample. The server's own
/// streaming resampler is not used here, so that the stand-ins do not judge it by itself.
package struct RateConverter: Sendable {
  private static let lobes = 12

  private let up: Int
  private let down: Int
  /// `phases[p][k]` weighs the input around an output that lies `p / up` after an input sample.
  private let phases: [[Float]]
  private let reach: Int

  /// Rates in hertz, both positive; a trap otherwise is our bug.
  package init(from source: Int, to target: Int) {
    precondition(source > 0 && target > 0, "sample rates are positive")
    let divisor = Self.greatestCommonDivisor(source, target)
    let up = target / divisor
    let cutoff = min(1.0, Double(target) / Double(source)) * 0.92
    let reach = Int((Double(Self.lobes) / cutoff).rounded(.up))
    self.up = up
    self.down = source / divisor
    self.reach = reach
    self.phases = (0..<up).map {
      Self.taps(offset: Double($0) / Double(up), reach: reach, cutoff: cutoff)
    }
  }

  /// The clip at the target rate; its length is the input's length times the ratio, rounded down.
  package func convert(_ input: [Int16]) -> [Int16] {
    if up == down { return input }
    let count = input.count * up / down
    var output = [Int16]()
    output.reserveCapacity(count)
    for index in 0..<count {
      let position = index * down
      output.append(sample(of: input, at: position / up, phase: position % up))
    }
    return output
  }

  private func sample(of input: [Int16], at center: Int, phase: Int) -> Int16 {
    let taps = phases[phase]
    let first = max(0, center - reach + 1)
    let last = min(input.count - 1, center + reach)
    var sum: Float = 0
    var index = first
    while index <= last {
      sum += Float(input[index]) * taps[index - center + reach - 1]
      index += 1
    }
    return Int16(max(-32_768, min(32_767, sum.rounded())))
  }

  private static func taps(offset: Double, reach: Int, cutoff: Double) -> [Float] {
    let raw = (0..<(2 * reach)).map { index -> Double in
      let distance = Double(index - reach + 1) - offset
      let window = 0.5 + 0.5 * cos(.pi * max(-1, min(1, distance / Double(reach))))
      return cutoff * sinc(cutoff * distance) * window
    }
    let gain = raw.reduce(0, +)
    return raw.map { Float($0 / gain) }
  }

  private static func sinc(_ x: Double) -> Double {
    abs(x) < 1e-9 ? 1 : sin(.pi * x) / (.pi * x)
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
