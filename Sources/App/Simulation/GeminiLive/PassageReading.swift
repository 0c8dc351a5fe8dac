internal import Buffers
internal import Voices

/// Reads the answer of a knowledge function, `{"passages":[{"text":"…"}]}` with the nearest first.
enum PassageReading {
  /// Characters that are said at most.
  private static let longest = 200

  /// One or two sentences of the first passage, those that share most words with the question.
  static func words(_ response: JSONValue, question: String, language: SpokenLanguage) -> String {
    let answer = response["output"] ?? response["result"] ?? response
    let text = answer["passages"]?[0]?["text"]?.stringValue ?? ""
    let said = excerpt(of: text, for: ContentWords(question))
    if !said.isEmpty { return said }
    return language == .hindi
      ? "क्षमा कीजिए, मुझे यह जानकारी नहीं है।" : "I do not know that, I am afraid."
  }

  /// The best sentence, with the second best where both fit, in the order of the text.
  private static func excerpt(of text: String, for question: ContentWords) -> String {
    let sentences = sentences(of: text)
    let scores = sentences.map { ContentWords($0).shared(with: question) }
    // Of equally good ones the longest, since a heading says little; of useless ones the first.
    let ranks = sentences.indices.map {
      (scores[$0], scores[$0] > 0 ? sentences[$0].count : 0, -$0)
    }
    let ranked = sentences.indices.sorted { ranks[$0] > ranks[$1] }
    guard let best = ranked.first else { return "" }
    let second = ranked.dropFirst().first { scores[$0] > 0 }
    if let second {
      let both = [best, second].sorted().map { sentences[$0] }.joined(separator: " ")
      if both.count <= longest { return both }
    }
    return cut(sentences[best])
  }

  /// The sentences of every line; a line ends one, too.
  private static func sentences(of text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).flatMap { line in
      let words = line.split(whereSeparator: \.isWhitespace)
      let ends = words.indices.filter { $0 == words.count - 1 || isEnd(words[$0], words[$0 + 1]) }
      return zip([-1] + ends, ends).map { before, end in
        words[(before + 1)...end].joined(separator: " ")
      }
    }
  }

  /// Whether a sentence ends between two words: "Rs. 500" and "e.g. this" go on.
  private static func isEnd(_ word: Substring, _ next: Substring) -> Bool {
    guard let last = word.last, ".!?।".contains(last), let first = next.first else { return false }
    return !first.isLowercase && !first.isNumber
  }

  /// The start of a long sentence, between words.
  private static func cut(_ sentence: String) -> String {
    if sentence.count <= longest { return sentence }
    let start = sentence.prefix(longest)
    return String(start[..<(start.lastIndex(of: " ") ?? start.endIndex)]) + "."
  }
}
