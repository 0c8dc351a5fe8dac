internal import EventLoop
internal import Simulation
internal import Voices

/// How the stand-in Gemini finds words in audio.
///
/// `sphinx` recognises English with pocketsphinx among the scripted sentences, and can be wrong.
/// `script` finds which scripted recording the audio is, by its sound; it understands nothing.
/// `auto` uses pocketsphinx for English while few sessions run, and recordings otherwise. Hindi is
/// always found by its recording, since Debian has no Hindi model.
final class Ears: Sendable {
  enum Mode: String, Sendable, CaseIterable {
    case auto
    case script
    case sphinx
  }

  /// More sessions than this at once would make recognition steal the calls' time.
  private static let fewSessions = 4

  private let mode: Mode
  private let library: UtteranceLibrary
  private let sphinx: SphinxEars

  /// Speaks each of `lines` once at each rate of a phone line to know its sound: 8 kHz has no hiss
  /// of sibilants. Blocks: call it off the loop.
  init(_ mode: Mode, lines: [String], studio: SpeechStudio) throws {
    self.mode = mode
    var library = UtteranceLibrary()
    for line in lines {
      let voice = Voice(SpokenLanguage(of: line), .caller)
      for rate in [8_000, 16_000] {
        library.add(try studio.clip(line, voice: voice, rate: rate))
      }
    }
    self.library = library
    sphinx = SphinxEars(phrases: lines.filter { SpokenLanguage(of: $0) == .english })
  }

  /// The words of 16 kHz samples, or nil. Works on another thread: about a millisecond for a
  /// recording, some tens for pocketsphinx.
  func words(in samples: [Int16], sessions: Int) async -> String? {
    try? await blocking { self.hear(samples, sessions: sessions) }
  }

  private func hear(_ samples: [Int16], sessions: Int) -> String? {
    let known = library.text(of: samples, rate: SphinxEars.sampleRate)
    let isHindi = known.map { SpokenLanguage(of: $0) == .hindi } ?? false
    if mode == .script || isHindi || (mode == .auto && sessions > Self.fewSessions) { return known }
    if let heard = try? sphinx.recognize(samples) { return heard }
    return mode == .auto ? known : nil
  }
}
