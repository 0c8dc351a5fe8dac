package import Audio

/// What somebody said, as it was heard; personal data.
package struct Recognition: Sendable, Equatable {
  package var text: String
  /// Above 0, at most 1; nil when the recogniser does not say.
  package var confidence: Double?
  /// BCP-47, as it was asked for: `hi-IN`; nil when the recogniser does not say.
  package var languageCode: String?

  package init(text: String, confidence: Double? = nil, languageCode: String? = nil) {
    self.text = text
    self.confidence = confidence
    self.languageCode = languageCode
  }

  /// Pieces that follow each other, as one: with the mean of the confidences that are known, by the length
  /// of their texts, and the language of most of the text.
  package init(joining pieces: [Recognition], separator: String = "") {
    self.init(
      text: pieces.map(\.text).joined(separator: separator),
      confidence: Self.meanConfidence(pieces), languageCode: Self.mainLanguage(pieces))
  }

  private var length: Int { text.unicodeScalars.count }

  private static func meanConfidence(_ pieces: [Recognition]) -> Double? {
    let known = pieces.compactMap { piece in
      piece.confidence.map { (value: $0, length: Double(max(1, piece.length))) }
    }
    guard let lowest = known.map(\.value).min(), let highest = known.map(\.value).max() else {
      return nil
    }
    let length = known.reduce(0) { $0 + $1.length }
    let mean = known.reduce(0) { $0 + $1.value * $1.length } / length
    // Rounding must not make a doubt where there was none.
    return min(max(mean, lowest), highest)
  }

  /// The earlier one of two that have as much.
  private static func mainLanguage(_ pieces: [Recognition]) -> String? {
    var lengths: [(language: String, length: Int)] = []
    for piece in pieces {
      guard let language = piece.languageCode else { continue }
      if let place = lengths.firstIndex(where: { $0.language == language }) {
        lengths[place].length += piece.length
      } else {
        lengths.append((language, piece.length))
      }
    }
    let most = lengths.map(\.length).max()
    return lengths.first { $0.length == most }?.language
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
