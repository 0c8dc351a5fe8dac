/// Finds phrases in text, word by word, the longest first and no word twice.
struct PhraseBook<Meaning: Sendable>: Sendable {
  /// Phrases by their first word, the longest first.
  private let entries: [String: [(words: [String], meaning: Meaning)]]

  /// The phrases, in lower case, each with what it means.
  init(_ phrases: [(phrase: String, meaning: Meaning)]) {
    var entries: [String: [(words: [String], meaning: Meaning)]] = [:]
    for (phrase, meaning) in phrases {
      let words = Self.words(of: phrase)
      if let first = words.first { entries[first, default: []].append((words, meaning)) }
    }
    self.entries = entries.mapValues { $0.sorted { $0.words.count > $1.words.count } }
  }

  /// What each phrase found in `text` means, in order.
  func meanings(in text: String) -> [Meaning] {
    let words = Self.words(of: text)[...]
    var found: [Meaning] = []
    var place = words.startIndex
    while place < words.endIndex {
      let match = entries[words[place]]?.first { words[place...].starts(with: $0.words) }
      if let match { found.append(match.meaning) }
      place += match?.words.count ?? 1
    }
    return found
  }

  /// Words in lower case; apostrophes belong to them, signs of Devanagari to their letters.
  private static func words(of text: String) -> [String] {
    text.lowercased()
      .split { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "’" }
      .map { String($0) }
  }
}
