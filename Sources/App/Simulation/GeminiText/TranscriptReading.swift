/// What simple rules find in a transcript whose lines begin with `caller:` or `agent:`.
///
/// Only the caller's lines count; a text without such lines counts as a whole. Holds what callers
/// said, so it lives for one request and is never printed.
struct TranscriptReading: Sendable, Equatable {
  /// What the caller said, line by line, without the label.
  let callerLines: [String]
  /// Good phrases in them.
  private(set) var positives = 0
  /// Bad phrases in them.
  private(set) var negatives = 0
  /// The caller's lines that ask for something to be done.
  let actionItems: [String]

  /// Reads the text of the last user content.
  init(_ text: String) {
    let lines = text.split(whereSeparator: \.isNewline).map(Self.trimmed).filter { !$0.isEmpty }
    let isLabelled =
      lines.contains { Self.words(of: $0, by: "caller:") != nil }
      || lines.contains { Self.words(of: $0, by: "agent:") != nil }
    callerLines = isLabelled ? lines.compactMap { Self.words(of: $0, by: "caller:") } : lines
    actionItems = callerLines.filter { !TranscriptWords.requests.meanings(in: $0).isEmpty }
    for line in callerLines {
      for mood in TranscriptWords.moods.meanings(in: line) {
        if mood == .positive { positives += 1 } else { negatives += 1 }
      }
    }
  }

  /// From -1, all bad, to 1, all good; 0 when nothing says either.
  var score: Double {
    let total = positives + negatives
    if total == 0 { return 0 }
    let exact = Double(positives - negatives) / Double(total)
    return (exact * 100).rounded() / 100
  }

  /// `positive`, `negative` or `neutral`, by the sign of the score.
  var sentiment: String { score > 0 ? "positive" : score < 0 ? "negative" : "neutral" }

  /// The first and the last thing the caller said.
  var summary: String {
    guard let first = callerLines.first, let last = callerLines.last else {
      return "The caller said nothing."
    }
    return callerLines.count == 1 ? first : first + " " + last
  }

  /// What follows `label` in a line, nil in another speaker's line.
  private static func words(of line: String, by label: String) -> String? {
    guard line.prefix(label.count).lowercased() == label else { return nil }
    let words = trimmed(line.dropFirst(label.count))
    return words.isEmpty ? nil : words
  }

  /// The text without white space around it.
  private static func trimmed(_ text: Substring) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
