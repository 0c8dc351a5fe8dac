package import Voices

/// The shape of an utterance: loudness and pitch-like roughness per 20 ms.
///
/// Survives resampling, gain and a telephone band, so that speech made at 8 kHz is found again
/// after a server has turned it into 16 kHz. It identifies known recordings; it understands nothing.
struct Fingerprint: Sendable, Equatable {
  private static let slack = 12
  /// No speech is softer than this root mean square.
  private static let silence = 100
  /// Speech is softer than its loudest frame by at most this, in powers of two.
  private static let range: Float = 4

  private let loudness: [Float]
  private let roughness: [Float]

  init(_ samples: [Int16], rate: Int) {
    let frame = rate / 50
    var loudness: [Float] = []
    var crossings: [Float] = []
    var start = 0
    while start + frame <= samples.count {
      let part = samples[start..<(start + frame)]
      loudness.append(Self.logLevel(PCM.level(part)))
      crossings.append(Self.crossings(part))
      start += frame
    }
    // By the loudest frame, so that a softer copy has the same ones.
    let softest = max(Self.logLevel(Self.silence), (loudness.max() ?? 0) - Self.range)
    let voiced = loudness.indices.filter { loudness[$0] > softest }
    let range = (voiced.first ?? 0)..<((voiced.last ?? -1) + 1)
    self.loudness = Array(loudness[range])
    self.roughness = range.map { loudness[$0] > softest ? crossings[$0] : 0 }
  }

  var frames: Int { loudness.count }

  /// Likeness to another utterance: 1 for the same recording, near 0 for an unrelated one.
  func similarity(to other: Fingerprint) -> Float {
    let shorter = min(frames, other.frames)
    guard shorter >= 8, abs(frames - other.frames) <= max(Self.slack, shorter / 4) else { return 0 }
    return (-Self.slack...Self.slack).map { similarity(to: other, shift: $0) }.max() ?? 0
  }

  private func similarity(to other: Fingerprint, shift: Int) -> Float {
    let lower = max(0, -shift)
    let upper = min(frames, other.frames - shift)
    guard upper - lower >= min(frames, other.frames) * 3 / 4 else { return 0 }
    let mine = lower..<upper
    let theirs = (lower + shift)..<(upper + shift)
    return 0.5 * Self.correlation(loudness[mine], other.loudness[theirs])
      + 0.5 * Self.correlation(roughness[mine], other.roughness[theirs])
  }

  private static func correlation(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
    let count = Float(a.count)
    let meanA = a.reduce(0, +) / count
    let meanB = b.reduce(0, +) / count
    var product: Float = 0
    var squareA: Float = 0
    var squareB: Float = 0
    for (x, y) in zip(a, b) {
      product += (x - meanA) * (y - meanB)
      squareA += (x - meanA) * (x - meanA)
      squareB += (y - meanB) * (y - meanB)
    }
    let scale = (squareA * squareB).squareRoot()
    return scale > 0 ? product / scale : 0
  }

  /// Base-2 logarithm, straight between powers of two; needs no library.
  private static func logLevel(_ level: Int) -> Float {
    let value = Float(max(16, level))
    return Float(value.exponent) + value.significand - 1
  }

  private static func crossings(_ samples: ArraySlice<Int16>) -> Float {
    var count = 0
    var previous = samples.first ?? 0
    for sample in samples {
      if (sample < 0) != (previous < 0) { count += 1 }
      previous = sample
    }
    return Float(count)
  }
}

/// Known utterances, found again by their sound.
package struct UtteranceLibrary: Sendable {
  /// Below this likeness an utterance counts as unknown.
  private static let threshold: Float = 0.72

  private var entries: [(text: String, rate: Int, print: Fingerprint)] = []

  package init() {}

  /// Adds a clip; the same text at the same rate twice is kept once.
  package mutating func add(_ clip: SpeechClip) {
    let isKnown = entries.contains { $0.text == clip.text && $0.rate == clip.sampleRate }
    guard !isKnown else { return }
    entries.append(
      (clip.text, clip.sampleRate, Fingerprint(clip.samples, rate: clip.sampleRate)))
  }

  /// The text whose recording `samples` most resemble, or nil when none does.
  package func text(of samples: [Int16], rate: Int) -> String? {
    let heard = Fingerprint(samples, rate: rate)
    let best = entries.map { (text: $0.text, score: $0.print.similarity(to: heard)) }
      .max { $0.score < $1.score }
    return best.flatMap { $0.score >= Self.threshold ? $0.text : nil }
  }
}
