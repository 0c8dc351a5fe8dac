package import Audio

/// Words to be said.
package struct SpokenText: Sendable, Equatable {
  /// One sentence, or a few; personal data.
  package var text: String
  /// BCP-47: `hi-IN`.
  package var languageCode: String
  /// The vendor's voice; nil, or one that it does not have, means the language's default.
  package var voice: String?

  package init(text: String, languageCode: String, voice: String? = nil) {
    self.text = text
    self.languageCode = languageCode
    self.voice = voice
  }
}

/// A voice. Safe from any task.
package protocol TextToSpeech: Sendable {
  /// The rate of what it says.
  var rate: SampleRate { get }

  /// Says `words`: gives the audio to `onAudio` as it comes, in order, on a thread of its own choice, and
  /// returns after the last of it. Nothing is said of a text without letters and digits.
  ///
  /// Throws ``SpeechError``; what was given before is good. Cancelling the task ends it at once.
  func speak(_ words: SpokenText, onAudio: @escaping @Sendable (PCMFrame) -> Void) async throws
}
