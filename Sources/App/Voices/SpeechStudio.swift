internal import Synchronization

/// Makes speech and keeps every clip it has made, so that a line spoken in fifty calls is
/// synthesised once. Any thread may call it; `clip` blocks when the line is new.
package final class SpeechStudio: Sendable {
  private struct Key: Hashable {
    let text: String
    let voice: Voice
    let rate: Int
  }

  private struct Engine: ~Copyable {
    var espeak: EspeakEngine?
    var converters: [Int: RateConverter] = [:]
  }

  /// Two locks: a cached clip never waits for a synthesis in progress.
  private let cache = Mutex<[Key: SpeechClip]>([:])
  private let engine = Mutex<Engine>(Engine())
  private let capacity: Int

  /// Keeps at most `capacity` clips; past that new ones are made and forgotten.
  package init(capacity: Int = 2_000) {
    self.capacity = capacity
  }

  /// The clip if it has been made before; never blocks for long.
  package func cached(_ text: String, voice: Voice, rate: Int) -> SpeechClip? {
    cache.withLock { $0[Key(text: text, voice: voice, rate: rate)] }
  }

  /// The text as speech at `rate` hertz, edges trimmed, loudness levelled. Blocks the thread for
  /// some milliseconds per second of new speech: call it off the loop.
  package func clip(_ text: String, voice: Voice, rate: Int) throws(VoicesError) -> SpeechClip {
    if let known = cached(text, voice: voice, rate: rate) { return known }
    let samples = try engine.withLock { (engine: inout sending Engine) throws(VoicesError) in
      try Self.make(text, voice: voice, rate: rate, with: &engine)
    }
    let clip = SpeechClip(text: text, language: voice.language, sampleRate: rate, samples: samples)
    let key = Key(text: text, voice: voice, rate: rate)
    cache.withLock { if $0.count < capacity { $0[key] = clip } }
    return clip
  }

  private static func make(
    _ text: String, voice: Voice, rate: Int, with engine: inout Engine
  ) throws(VoicesError) -> [Int16] {
    if engine.espeak == nil { engine.espeak = try EspeakEngine() }
    guard let source = engine.espeak?.sampleRate,
      let raw = try engine.espeak?.synthesize(text, voice: voice)
    else { throw VoicesError(.engineUnavailable, "espeak-ng is not running") }
    let converter = engine.converters[rate] ?? RateConverter(from: source, to: rate)
    engine.converters[rate] = converter
    return converter.convert(Mastering.leveled(Mastering.trimmed(raw, padding: source / 50)))
  }
}
