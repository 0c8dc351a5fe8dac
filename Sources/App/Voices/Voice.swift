/// A language the synthesiser speaks and the simulated people use.
package enum SpokenLanguage: String, Sendable, Hashable, CaseIterable {
  case english = "en"
  case hindi = "hi"

  /// Hindi when the text has a Devanagari letter, English otherwise.
  package init(of text: String) {
    let devanagari: ClosedRange<Unicode.Scalar> = "\u{0900}"..."\u{097F}"
    self = text.unicodeScalars.contains { devanagari.contains($0) } ? .hindi : .english
  }
}

/// One espeak-ng voice: a language with a timbre, so that caller and agent do not sound alike.
package struct Voice: Sendable, Hashable {
  /// Who is speaking.
  package enum Role: String, Sendable, Hashable {
    case caller
    case agent
  }

  package let language: SpokenLanguage
  package let role: Role

  package init(_ language: SpokenLanguage, _ role: Role) {
    self.language = language
    self.role = role
  }

  /// The name espeak-ng knows the voice by. Debian 12's 1.51 has no en-in;
  /// the agent sounds British, and the caller American as the recogniser expects.
  var engineName: String {
    let english = role == .agent ? "en" : "en-us"
    let base = language == .hindi ? "hi" : english
    return base + (role == .agent ? "+f2" : "+m3")
  }

  /// Words per minute: a little under espeak's default, which telephone listeners find hasty.
  var wordsPerMinute: Int32 { 160 }
}
