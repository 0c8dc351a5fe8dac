package import Domain
package import Speech

/// What a call's parts cost. Prices are settings; these defaults are list prices of late 2026 in
/// rupees, and the carrier's own bill replaces the telephony part when it comes.
package struct Pricing: Sendable, Equatable {
  /// For each minute begun on the phone line.
  package var telephonyPerMinute = Rupees(micros: 600_000)
  /// For each token that a speech-to-speech model heard or read.
  package var livePerPromptToken = Rupees(micros: 265)
  /// For each token that it spoke or wrote.
  package var livePerResponseToken = Rupees(micros: 1_060)
  /// For each token that a model of text read, in a conversation or of a transcript.
  package var textPerPromptToken = Rupees(micros: 9)
  /// For each token that it wrote.
  package var textPerResponseToken = Rupees(micros: 36)
  /// For each second of sound that a recogniser was given.
  package var recognitionPerSecond = Rupees(micros: 35_300)
  /// For each Unicode scalar that a voice was given to say.
  package var voicePerCharacter = Rupees(micros: 1_325)

  package init() {}

  /// The phone line's price for a conversation of `duration`.
  package func telephony(_ duration: Duration) -> Rupees {
    let seconds = duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0)
    return Rupees(micros: (seconds + 59) / 60 * telephonyPerMinute.micros)
  }

  /// The price of listening, thinking and speaking, whoever did it.
  package func speech(_ usage: SpeechUsage) -> Rupees {
    let tokens = price(usage.live, livePerPromptToken, livePerResponseToken) + text(usage.chat)
    return tokens + recognitionPerSecond * usage.recognizedSeconds
      + voicePerCharacter * usage.spokenCharacters
  }

  /// The price of what a model of text was asked.
  package func text(_ usage: TokenUsage) -> Rupees {
    price(usage, textPerPromptToken, textPerResponseToken)
  }

  private func price(_ usage: TokenUsage, _ prompt: Rupees, _ response: Rupees) -> Rupees {
    prompt * usage.prompt + response * usage.response
  }
}
