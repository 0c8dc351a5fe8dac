/// The words of a text that say what it is about: folded, without stop words, without endings.
///
/// Knows English and Hindi. What has no other words keeps its stop words, so that only a text
/// without any letter or digit has none.
struct ContentWords: Sendable, Equatable {
  /// In order, repeated as they are in the text.
  let stems: [String]

  /// Reads `text`.
  init(_ text: String) {
    let words = Self.words(of: text)
    let telling = words.filter { !StopWords.all.contains($0) }
    stems = (telling.isEmpty ? words : telling).map(WordStem.stem)
  }

  /// How many different words of this text are in `other` too.
  func shared(with other: ContentWords) -> Int { Set(stems).intersection(other.stems).count }

  /// Letters and digits in lower case, one spelling for each; single Latin letters are no words.
  private static func words(of text: String) -> [String] {
    text.lowercased()
      .split { !$0.isLetter && !$0.isNumber }
      .map { String(String.UnicodeScalarView($0.unicodeScalars.compactMap(folded))) }
      .filter { $0.unicodeScalars.count > 1 || $0.first?.isNumber == true }
  }

  /// Hindi is spelt with and without dots: पहुँच is पहुंच, ज़रूर is जरूर, २ is 2.
  private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x93C, 0x200C, 0x200D: nil
    case 0x901: "\u{902}"
    case 0x958...0x95F: bases[Int(scalar.value - 0x958)]
    case 0x966...0x96F: Unicode.Scalar(scalar.value - 0x966 + 0x30)
    default: scalar
    }
  }

  /// The letters that the precomposed ones from U+0958 have under their dots.
  private static let bases: [Unicode.Scalar] = ["क", "ख", "ग", "ज", "ड", "ढ", "फ", "य"]
}
