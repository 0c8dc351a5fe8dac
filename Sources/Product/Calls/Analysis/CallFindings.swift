internal import Buffers
internal import Domain
internal import Protobuf
internal import Speech
internal import VoiceAPI

/// What a language model found in a call's transcript, checked: a model may answer anything.
struct CallFindings: Equatable {
  typealias V1 = Payaid.Voice.V1

  /// As `call_metadata.sentiment` has it.
  enum Sentiment: String {
    case positive, neutral, negative
  }

  static let summaryLimit = 1_000
  static let actionItemLimit = 300
  static let actionItemCount = 10

  let summary: String
  let sentiment: Sentiment
  let score: Double
  let actionItems: [String]

  /// Reads an answer to ``AnalysisPrompt``. What is too long is cut, what is out of range is brought
  /// into it. Throws `transient` when summary or mood are missing: another answer may have them.
  init(json: String) throws(SpeechError) {
    guard let value = try? JSONValue(parsing: Array(json.utf8), duplicateKeys: .lastWins) else {
      throw SpeechError(.transient, "the analysis is no JSON")
    }
    guard let summary = Self.line(value["summary"], limit: Self.summaryLimit) else {
      throw SpeechError(.transient, "the analysis has no summary")
    }
    guard let sentiment = value["sentiment"]?.stringValue.flatMap(Sentiment.init) else {
      throw SpeechError(.transient, "the analysis has no sentiment")
    }
    self.summary = summary
    self.sentiment = sentiment
    score = Self.score(value["sentiment_score"]?.doubleValue, sentiment)
    actionItems = (value["action_items"]?.arrayValue ?? []).prefix(Self.actionItemCount)
      .compactMap { Self.line($0, limit: Self.actionItemLimit) }
  }

  /// A text without white space around it, cut to `limit` characters; nil when there is none. A
  /// U+0000, which PostgreSQL does not keep, becomes a space.
  private static func line(_ value: JSONValue?, limit: Int) -> String? {
    guard let text = value?.stringValue?.replacing("\0", with: " ") else { return nil }
    let start = text.drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return nil }
    return String(start[...last].prefix(limit))
  }

  /// Within -1 and 1, and on the side that the mood names; the mood's own when there is none.
  private static func score(_ found: Double?, _ sentiment: Sentiment) -> Double {
    let range: ClosedRange<Double> =
      switch sentiment {
      case .positive: 0...1
      case .neutral: -1...1
      case .negative: -1...0
      }
    let middle = (range.lowerBound + range.upperBound) / 2
    guard let found, found.isFinite else { return middle }
    return min(max(found, range.lowerBound), range.upperBound)
  }

  /// As the API shows it.
  func proto(model: String, time: Moment) -> V1.CallAnalysis {
    .with {
      $0.summary = summary
      $0.sentimentScore = score
      $0.actionItems = actionItems
      $0.model = model
      $0.analyzeTime = time.timestamp
    }
  }
}
