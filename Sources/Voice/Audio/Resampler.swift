internal import Glibc

/// A streaming rate converter: a polyphase low-pass FIR whose history carries over between frames.
///
/// The prototype is a Kaiser-windowed sinc cut at the lower of the two Nyquist limits, computed once
/// per ratio. Delay is half the filter: 4 ms for 8 to 16 kHz and for 24 to 8 kHz. Not thread-safe.
package struct Resampler: Sendable {
  package let input: SampleRate
  package let output: SampleRate

  /// The largest term of a ratio: it has as many phases.
  private static let termLimit = 640

  private let up: Int
  private let down: Int
  private let taps: Int
  private let phases: [[Float]]
  private var history: [Float]
  /// Position of the next output sample, in units of 1/up input samples after `history`'s end.
  private var position = 0

  /// Converts between any two rates. A ratio whose reduced terms exceed 640, which no rate in use
  /// has, becomes the nearest simpler one: at most 0.2 % off, 4 hundredths of a semitone.
  ///
  /// `tapsPerPhase` counts input samples seen by one output sample at unity or upsampling; when
  /// downsampling it grows with the ratio, since the filter gets longer in input samples.
  package init(from input: SampleRate, to output: SampleRate, tapsPerPhase: Int = 64) {
    self.input = input
    self.output = output
    (up, down) = Self.ratio(output.hertz, input.hertz)
    taps = up >= down ? tapsPerPhase : tapsPerPhase * ((down + up - 1) / up)
    phases = Self.design(up: up, down: down, taps: taps)
    history = [Float](repeating: 0, count: taps - 1)
  }

  /// The converted samples that `samples` makes available; over time `output/input` as many.
  package mutating func process(_ samples: [Int16]) -> [Int16] {
    if up == down { return samples }
    history.reserveCapacity(history.count + samples.count)
    for sample in samples { history.append(Float(sample)) }
    let available = history.count - (taps - 1)
    var result = [Int16]()
    result.reserveCapacity((available * up - position + down - 1) / down + 1)
    history.withUnsafeBufferPointer { history in
      while position < available * up {
        result.append(Self.convolve(phases[position % up], history, at: position / up))
        position += down
      }
    }
    position -= available * up
    history.removeFirst(available)
    return result
  }

  /// The same for a frame; precondition: its rate is `input`.
  package mutating func process(_ frame: PCMFrame) -> PCMFrame {
    precondition(frame.rate == input, "frame rate is not the resampler's input rate")
    return PCMFrame(samples: process(frame.samples), rate: output)
  }

  /// Forgets the past, as at the start of an unrelated piece of audio.
  package mutating func reset() {
    history = [Float](repeating: 0, count: taps - 1)
    position = 0
  }

  private static func convolve(
    _ phase: [Float], _ history: UnsafeBufferPointer<Float>, at start: Int
  ) -> Int16 {
    var lanes = SIMD8<Float>.zero
    phase.withUnsafeBufferPointer { phase in
      let coefficients = UnsafeRawBufferPointer(phase)
      let window = UnsafeRawBufferPointer(history)
      for index in stride(from: 0, to: phase.count, by: 8) {
        let a = coefficients.loadUnaligned(fromByteOffset: index * 4, as: SIMD8<Float>.self)
        let b = window.loadUnaligned(fromByteOffset: (start + index) * 4, as: SIMD8<Float>.self)
        lanes += a * b
      }
    }
    return Int16(max(-32_768, min(32_767, lanes.sum().rounded())))
  }
}

extension Resampler {
  /// The prototype split into `up` phases of `taps` coefficients, each in order of its input samples.
  private static func design(up: Int, down: Int, taps: Int) -> [[Float]] {
    precondition(taps.isMultiple(of: 8), "taps per phase must be a multiple of 8")
    let length = up * taps
    // Cut just below the Nyquist limit of the slower side, so that the transition band (Kaiser, 70 dB)
    // ends there: what would alias is gone, at the price of the last few hundred hertz.
    let transition = (70.0 - 7.95) / (14.36 * Double(length - 1))
    let nyquist = 0.5 / Double(max(up, down))
    let cutoff = nyquist - transition / 2
    let center = Double(length - 1) / 2
    let beta = 0.1102 * (70.0 - 8.7)
    let prototype = (0..<length).map { index -> Double in
      let offset = Double(index) - center
      let sinc = offset == 0 ? 2 * cutoff : sin(2 * .pi * cutoff * offset) / (.pi * offset)
      let edge = offset / center
      return sinc * bessel(beta * (1 - edge * edge).squareRoot()) / bessel(beta) * Double(up)
    }
    return (0..<up).map { phase in
      (0..<taps).map { Float(prototype[phase + (taps - 1 - $0) * up]) }
    }
  }

  /// The zeroth modified Bessel function of the first kind, by its power series.
  private static func bessel(_ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    var k = 1.0
    while term > sum * 1e-12 {
      term *= (x / (2 * k)) * (x / (2 * k))
      sum += term
      k += 1
    }
    return sum
  }

  /// The last convergent of `output/input`'s continued fraction whose terms are up to the limit: the
  /// reduced ratio itself when its terms are. Rates of 1,000...192,000 Hz always have one.
  private static func ratio(_ output: Int, _ input: Int) -> (up: Int, down: Int) {
    var (dividend, divisor) = (output, input)
    var (last, found) = ((up: 0, down: 1), (up: 1, down: 0))
    while divisor != 0 {
      let (quotient, rest) = dividend.quotientAndRemainder(dividingBy: divisor)
      let next = (up: quotient * found.up + last.up, down: quotient * found.down + last.down)
      if max(next.up, next.down) > termLimit { break }
      (last, found) = (found, next)
      (dividend, divisor) = (divisor, rest)
    }
    return found
  }
}
