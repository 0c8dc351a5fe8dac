/// What the caller answered when asked whether the call may be recorded.
package enum RecordingAnswer: String, Sendable, Equatable {
  case granted, refused
  /// Asked, and not clearly answered.
  case unanswered

  /// What `text` means, in English or Hindi, in either script; nil when it is neither yes nor no.
  ///
  /// Only a yes beside which nothing denies is one: what is doubtful is not recorded.
  init?(saying text: String) {
    var words = Self.words(of: text)
    var agrees = false
    for phrase in Self.assents {
      while let place = Self.place(of: phrase, in: words) {
        words.removeSubrange(place..<place + phrase.count)
        agrees = true
      }
    }
    if words.contains(where: Self.denials.contains) {
      self = .refused
    } else if agrees || words.contains(where: Self.agreements.contains) {
      self = .granted
    } else {
      return nil
    }
  }

  /// What the key means by which the caller answers.
  init?(pressing digit: String) {
    switch digit {
    case "1": self = .granted
    case "2": self = .refused
    default: return nil
    }
  }

  private static let agreements: Set<String> = [
    "yes", "yeah", "yep", "yup", "sure", "ok", "okay", "fine", "agree", "agreed", "certainly",
    "absolutely", "haan", "haa", "han", "ha", "ji", "jee", "theek", "thik", "bilkul", "zaroor",
    "हाँ", "हां", "हा", "जी", "ठीक", "बिल्कुल", "बिलकुल", "ज़रूर", "जरूर", "ओके", "यस", "येस",
  ]

  private static let denials: Set<String> = [
    "no", "nope", "nah", "not", "don't", "dont", "never", "can't", "cannot", "won't", "without",
    "stop", "refuse", "nahi", "nahin", "nahi'n", "na", "mat", "नहीं", "नही", "ना", "न", "मत", "नो",
  ]

  /// Yes by a word that denies.
  private static let assents = [
    "no problem", "no issue", "no issues", "no objection", "no objections", "not a problem",
    "don't mind", "dont mind", "do not mind", "why not", "koi baat nahi", "koi baat nahin",
    "koi dikkat nahi", "koi dikkat nahin", "कोई बात नहीं", "कोई बात नही", "कोई दिक्कत नहीं",
    "कोई दिक्कत नही", "नो प्रॉब्लम",
  ].map { words(of: $0) }

  /// Runs of letters with their marks, in lower case.
  private static func words(of text: String) -> [String] {
    text.lowercased().replacing("’", with: "'")
      .split { !($0.isLetter || $0 == "'") }.map(String.init)
  }

  private static func place(of phrase: [String], in words: [String]) -> Int? {
    words.indices.first { words[$0...].starts(with: phrase) }
  }
}
