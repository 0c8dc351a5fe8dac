package import Audio

/// What somebody said in one utterance; personal data.
package struct Recognition: Sendable, Equatable {
  package var text: String
  /// 0 to 1; nil when the recogniser does not say.
  package var confidence: Double?
  /// BCP-47, as it was asked for: `hi-IN`.
  package var languageCode: String

  package init(text: String, confidence: Double? = nil, languageCode: String) {
    self.text = text
    self.confidence = confidence
    self.languageCode = languageCode
  }
}

/// A recogniser of whole utterances. Safe from any task.
package protocol SpeechToText: Sendable {
  /// How long an utterance may be.
  var longestUtterance: Duration { get }

  /// The words of one utterance, of at most ``longestUtterance``; nil when nothing was said. `languages`
  /// are BCP-47, at least one, likeliest first.
  ///
  /// Throws ``SpeechError``. A call that is going on waits for it, so it ends within seconds.
  func recognize(_ utterance: PCMFrame, languages: [String]) async throws -> Recognition?
}
