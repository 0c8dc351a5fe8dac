/// Cuts the endings off words: enough that a question meets the forms of its answer.
enum WordStem {
  /// The stem of a folded word.
  static func stem(_ word: String) -> String {
    guard let first = word.unicodeScalars.first else { return word }
    return (0x900...0x97F).contains(first.value) ? hindi(word) : english(word)
  }

  /// Plurals, then -ing and -ed, then a silent e: returns, returned, returning are one.
  private static func english(_ word: String) -> String {
    var stem = singular(word)
    for (ending, least) in [("ing", 6), ("ed", 5)] where stem.count >= least {
      guard stem.hasSuffix(ending) else { continue }
      stem.removeLast(ending.count)
      if isDoubled(stem) { stem.removeLast() }
      break
    }
    return stem.count > 4 && stem.hasSuffix("e") ? String(stem.dropLast()) : stem
  }

  /// The word without a plural s.
  private static func singular(_ word: String) -> String {
    if word.count < 4 || !word.hasSuffix("s") { return word }
    if word.hasSuffix("ies"), word.count > 4 { return word.dropLast(3) + "y" }
    if ["sses", "shes", "ches", "xes"].contains(where: word.hasSuffix) {
      return String(word.dropLast(2))
    }
    return ["ss", "us", "is"].contains(where: word.hasSuffix) ? word : String(word.dropLast())
  }

  /// Ends in one consonant twice, as -ing leaves it: shipp, cancell.
  private static func isDoubled(_ word: String) -> Bool {
    let end = word.suffix(2)
    return word.count > 3 && end.first == end.last && !"aeiou".contains(end.last ?? "a")
  }

  /// Endings of Hindi plurals and cases, the longest first.
  private static let hindiEndings: [[Unicode.Scalar]] = [
    "ियों", "ियां", "ाओं", "ाएं", "ों", "ें", "ीं", "ां", "ा", "ि", "ी", "े", "ो", "ु", "ू",
  ].map { Array($0.unicodeScalars) }

  /// The word without the first ending that leaves two scalars.
  private static func hindi(_ word: String) -> String {
    let scalars = Array(word.unicodeScalars)
    let ending = hindiEndings.first {
      scalars.count >= $0.count + 2 && scalars.suffix($0.count).elementsEqual($0)
    }
    return String(String.UnicodeScalarView(scalars.dropLast(ending?.count ?? 0)))
  }
}
