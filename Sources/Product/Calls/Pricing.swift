package import Domain
package import Speech

/// What a call's parts cost. Prices are settings; these defaults are list prices of late 2026 in
/// rupees, and the carrier's own bill replaces the telephony part when it comes.
package struct Pricing: Sendable, Equatable {
  /// For each minute begun on the phone line.
  package var telephonyPerMinute = Rupees(micros: 600_000)
  /// For each token that the model heard or read.
  package var modelPerPromptToken = Rupees(micros: 265)
  /// For each token that the model spoke or wrote.
  package var modelPerResponseToken = Rupees(micros: 1_060)

  /// For each token of a transcript that its analysis read.
  package var textPerPromptToken = Rupees(micros: 9)
  /// For each token that the analysis wrote.
  package var textPerResponseToken = Rupees(micros: 36)

  package init() {}

  /// The phone line's price for a conversation of `duration`.
  package func telephony(_ duration: Duration) -> Rupees {
    let seconds = duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0)
    return Rupees(micros: (seconds + 59) / 60 * telephonyPerMinute.micros)
  }

  /// The model's price for what it heard and said.
  package func model(_ usage: TokenUsage) -> Rupees {
    Rupees(
      micros: Int64(usage.prompt) * modelPerPromptToken.micros
        + Int64(usage.response) * modelPerResponseToken.micros)
  }

  /// The price of an analysis.
  package func text(_ usage: TokenUsage) -> Rupees {
    Rupees(
      micros: Int64(usage.prompt) * textPerPromptToken.micros
        + Int64(usage.response) * textPerResponseToken.micros)
  }
}
