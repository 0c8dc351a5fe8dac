/// A JSGF grammar that accepts exactly a list of English sentences.
struct PhraseGrammar {
  private let sentences: [String: String]

  /// Sentences lose their punctuation and case for matching. A sentence with a word that
  /// `isKnown` refuses is left out: the recogniser would reject the whole grammar for it.
  init(_ phrases: [String], isKnown: (String) -> Bool) {
    var sentences: [String: String] = [:]
    for phrase in phrases {
      let words = Self.words(of: phrase)
      guard !words.isEmpty, words.allSatisfy(isKnown) else { continue }
      sentences[words.joined(separator: " ")] = phrase
    }
    self.sentences = sentences
  }

  var isEmpty: Bool { sentences.isEmpty }

  /// The grammar's text.
  var jsgf: String {
    let choices = sentences.keys.sorted().joined(separator: " | ")
    return "#JSGF V1.0;\ngrammar lines;\npublic <line> = \(choices) ;\n"
  }

  /// The sentence as its author wrote it, or the hypothesis itself when it is only a part of one.
  func phrase(for hypothesis: String) -> String {
    sentences[hypothesis] ?? hypothesis
  }

  /// Lower-case words of letters and apostrophes.
  static func words(of phrase: String) -> [String] {
    phrase.lowercased().split { !($0.isLetter || $0 == "'") }.map(String.init)
  }
}
