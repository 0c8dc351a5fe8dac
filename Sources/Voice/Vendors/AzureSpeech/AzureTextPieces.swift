/// Cuts a text into pieces that Azure says in one request each; pure.
enum AzureTextPieces {
  /// Unicode scalars, which is what Azure bills: a piece has no more.
  static let limit = 1_000

  /// The pieces of `text` in order: cut where a sentence ends, else where a word ends, else anywhere.
  /// Those without a letter or digit are left out, as there is nothing to say.
  static func pieces(_ text: String) -> [String] {
    var rest = Array(text.unicodeScalars)[...]
    var pieces: [String] = []
    while !rest.isEmpty {
      let piece = rest.prefix(rest.count > limit ? cut(rest) : rest.count)
      rest = rest.dropFirst(piece.count)
      guard piece.contains(where: isSaid) else { continue }
      pieces.append(trimmed(piece))
    }
    return pieces
  }

  /// How many scalars of a text that is too long are its first piece; at least one.
  private static func cut(_ text: ArraySlice<Unicode.Scalar>) -> Int {
    let window = text.prefix(limit)
    let end =
      window.indices.last { endsSentence(text, at: $0) }
      ?? window.indices.last { text[$0].properties.isWhitespace }
    return end.map { $0 - text.startIndex + 1 } ?? characterEnd(text)
  }

  private static func endsSentence(_ text: ArraySlice<Unicode.Scalar>, at index: Int) -> Bool {
    switch text[index] {
    case "।", "॥", "\n": true
    case ".", "!", "?", "…":
      // Not the point in 3.5.
      index + 1 < text.endIndex && text[index + 1].properties.isWhitespace
    default: false
    }
  }

  /// Near the limit and between two characters, unless one of them is absurdly long.
  private static func characterEnd(_ text: ArraySlice<Unicode.Scalar>) -> Int {
    var end = limit
    while end > limit / 2, text[text.startIndex + end].properties.isGraphemeExtend { end -= 1 }
    return text[text.startIndex + end].properties.isGraphemeExtend ? limit : end
  }

  private static func isSaid(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  private static func trimmed(_ piece: ArraySlice<Unicode.Scalar>) -> String {
    let start = piece.firstIndex { !$0.properties.isWhitespace } ?? piece.endIndex
    let end = piece.lastIndex { !$0.properties.isWhitespace } ?? start
    var view = String.UnicodeScalarView()
    view.append(contentsOf: piece[start...end])
    return String(view)
  }
}
