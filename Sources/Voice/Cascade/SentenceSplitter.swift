/// Cuts an answer that comes piece by piece into what can be said on its own; pure.
///
/// A sentence goes out as soon as it is sure to have ended, so that the first one is heard while the
/// model still writes the others. Markup that is not to be said is left out.
struct SentenceSplitter {
  /// Code points after which a comma ends a piece too.
  private static let comma = 120
  /// Code points after which any blank does.
  private static let blank = 300

  private var rest = String.UnicodeScalarView()

  /// The sentences that are whole with `text`.
  mutating func add(_ text: String) -> [String] {
    var whole: [String] = []
    for scalar in text.unicodeScalars {
      if Self.endsPiece(rest, before: scalar) { take(into: &whole) }
      if !"*#`_".unicodeScalars.contains(scalar) { rest.append(scalar) }
    }
    return whole
  }

  /// What is left when the answer has ended.
  mutating func finish() -> [String] {
    var whole: [String] = []
    take(into: &whole)
    return whole
  }

  private mutating func take(into sentences: inout [String]) {
    let words = String(rest).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    rest = .init()
    if words.unicodeScalars.contains(where: {
      $0.properties.isAlphabetic || $0.properties.numericType != nil
    }) {
      sentences.append(words)
    }
  }

  /// A full stop needs a blank behind it: `3.5`, `a.m.` go on.
  private static func endsPiece(
    _ text: String.UnicodeScalarView, before next: Unicode.Scalar
  ) -> Bool {
    guard let last = text.last else { return false }
    if next == "\n" || "।॥".unicodeScalars.contains(last) { return true }
    guard next == " " else { return false }
    if "?!…".unicodeScalars.contains(last) { return true }
    if last == "." { return !endsWithAbbreviation(text) }
    if ",;:—".unicodeScalars.contains(last) { return text.count >= comma }
    return text.count >= blank
  }

  private static func endsWithAbbreviation(_ text: String.UnicodeScalarView) -> Bool {
    let word = String(String.UnicodeScalarView(text.reversed().prefix { $0 != " " }.reversed()))
    let stem = word.dropLast().lowercased()
    return stem.count <= 1
      || ["dr", "mr", "mrs", "ms", "rs", "no", "st", "a.m", "p.m"].contains(stem)
  }
}
