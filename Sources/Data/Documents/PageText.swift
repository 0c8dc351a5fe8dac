/// The text of a page as sentences can be found in it; pure.
///
/// Lines end in LF. A word that was broken at a line's end is whole again, blanks come one at a time
/// and lines have none at their ends, at most one line in a row is empty, and no control character is
/// left. Ligatures stay, and so do joiners, which Devanagari is written with.
package struct PageText {
  // In UTF-8: taking the last character off a string costs the string's length.
  private var text: [UInt8] = []
  private var beforeLastKept: Unicode.Scalar?
  private var lastKept: Unicode.Scalar?
  /// What was read last, kept or not.
  private var last: Unicode.Scalar?
  // What was read since the last character that was kept.
  private var lineEnds = 0
  private var hasBlank = false
  private var hasSoftHyphen = false

  /// `raw`, tidied; empty when it has nothing to read.
  package static func tidy(_ raw: String) -> String {
    var page = PageText()
    for scalar in raw.unicodeScalars { page.read(scalar) }
    return String(decoding: page.text, as: UTF8.self)
  }

  private mutating func read(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\n" where last == "\r": break
    case "\n", "\r", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}": lineEnds += 1
    case "\u{AD}": hasSoftHyphen = true
    case "\u{FEFF}": break
    case _ where scalar.properties.isWhitespace: hasBlank = true
    case _ where scalar.properties.generalCategory == .control: break
    default: append(scalar)
    }
    last = scalar
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    if lastKept != nil { separate(from: scalar) }
    text.append(contentsOf: UTF8.encode(scalar)!)
    (beforeLastKept, lastKept) = (lastKept, scalar)
    lineEnds = 0
    hasBlank = false
    hasSoftHyphen = false
  }

  /// Writes what stands between the text so far and `next`.
  private mutating func separate(from next: Unicode.Scalar) {
    switch lineEnds {
    case 0: if hasBlank { write(" ") }
    case 1 where hasSoftHyphen: break
    case 1 where isBrokenWord(before: next): removeLast()
    case 1: write("\n")
    default: write("\n", "\n")
    }
  }

  private mutating func write(_ separator: Unicode.Scalar...) {
    for scalar in separator { text.append(UInt8(ascii: scalar)) }
    lastKept = separator.last
  }

  private mutating func removeLast() {
    guard let hyphen = lastKept else { return }
    text.removeLast(UTF8.width(hyphen))
    lastKept = beforeLastKept
  }

  /// A hyphen after a letter and before a small one; others, as in names and numbers, are meant.
  private func isBrokenWord(before next: Unicode.Scalar) -> Bool {
    (lastKept == "-" || lastKept == "\u{2010}") && next.properties.isLowercase
      && beforeLastKept?.properties.isCased == true
  }
}
