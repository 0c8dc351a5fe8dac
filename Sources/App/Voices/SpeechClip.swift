/// Finished speech: what was said and its samples, 16-bit mono.
package struct SpeechClip: Sendable, Equatable {
  package let text: String
  package let language: SpokenLanguage
  package let sampleRate: Int
  package let samples: [Int16]

  package init(text: String, language: SpokenLanguage, sampleRate: Int, samples: [Int16]) {
    self.text = text
    self.language = language
    self.sampleRate = sampleRate
    self.samples = samples
  }

  /// Length in milliseconds, rounded down.
  package var milliseconds: Int { samples.count * 1000 / sampleRate }
}

/// Cuts the silence around speech and sets its loudness, so that "end of speech" is the end of
/// the clip and energy thresholds mean the same for every voice.
enum Mastering {
  /// Samples quieter than this count as silence at the edges.
  private static let edge: Int16 = 200
  /// About -8 dBFS.
  private static let peak: Float = 13_000

  /// The loud part of `samples` with up to `padding` samples of its surroundings.
  static func trimmed(_ samples: [Int16], padding: Int) -> [Int16] {
    guard let first = samples.firstIndex(where: { $0.magnitude > edge }),
      let last = samples.lastIndex(where: { $0.magnitude > edge })
    else { return samples }
    let lower = max(0, first - padding)
    let upper = min(samples.count - 1, last + padding)
    return Array(samples[lower...upper])
  }

  /// `samples` scaled so that the loudest one reaches the common peak; silence stays silence.
  static func leveled(_ samples: [Int16]) -> [Int16] {
    let loudest = samples.map(\.magnitude).max() ?? 0
    guard loudest > 0 else { return samples }
    let gain = peak / Float(loudest)
    return samples.map { Int16(max(-32_768, min(32_767, Float($0) * gain))) }
  }
}
