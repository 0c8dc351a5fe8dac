/// Paragraphs and sentences of a text in English or Hindi. Pure.
enum TextParts {
  /// What stands between blank lines, with its lines joined and its white space single. A heading keeps its
  /// line; one that begins like an entry of a list is a paragraph of its own.
  static func paragraphs(_ text: String) -> [String] {
    var paragraphs: [String] = []
    var current = ""
    func end() {
      if !current.isEmpty { paragraphs.append(current) }
      current = ""
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let words = line.unicodeScalars.split(whereSeparator: isBlank).map(String.init)
      if words.isEmpty || beginsEntry(words[0]) { end() }
      guard !words.isEmpty else { continue }
      let separator = current.isEmpty ? "" : isHeading(current, before: words[0]) ? "\n" : " "
      current += separator + words.joined(separator: " ")
    }
    end()
    return paragraphs
  }

  /// Whether the first line of a paragraph is a heading: short, without an end, and no entry of a list; and
  /// `next` begins anew.
  private static func isHeading(_ line: String, before next: String) -> Bool {
    guard let last = line.unicodeScalars.last, let first = next.unicodeScalars.first,
      !first.properties.isLowercase, !beginsEntry(String(line.prefix { $0 != " " }))
    else { return false }
    return line.unicodeScalars.count <= headingLimit && !line.contains("\n")
      && !".,;:!?।॥…-–—".unicodeScalars.contains(last)
  }

  private static let headingLimit = 48

  /// The sentences of a line, each of at most `most` code points; one that is longer is cut between
  /// words, or where that cannot be, between code points.
  static func sentences(_ paragraph: String, most: Int) -> [String] {
    var sentences: [String] = []
    var current: [String] = []
    for word in paragraph.split(separator: " ") {
      current.append(String(word))
      guard endsSentence(word) else { continue }
      sentences.append(current.joined(separator: " "))
      current = []
    }
    if !current.isEmpty { sentences.append(current.joined(separator: " ")) }
    return sentences.flatMap { pieces($0, most: most) }
  }

  /// Whether there is a letter or a digit in it.
  static func saysSomething(_ text: String) -> Bool {
    text.unicodeScalars.contains {
      $0.properties.isAlphabetic || $0.properties.numericType != nil
    }
  }

  /// A full stop after a single letter or a short title is none: `A. B. Rao`, `Dr. Rao`.
  private static func endsSentence(_ word: Substring) -> Bool {
    guard let last = word.unicodeScalars.last(where: { !closing.contains($0) }) else {
      return false
    }
    if "!?।॥…".unicodeScalars.contains(last) { return true }
    guard last == "." else { return false }
    let stem = word.prefix { $0 != "." }.lowercased()
    return stem.count > 1 && !titles.contains(stem)
  }

  private static let closing = Set("\"')]}”’»".unicodeScalars)
  private static let titles: Set<String> = [
    "dr", "mr", "mrs", "ms", "rs", "no", "st", "vs", "e", "i", "shri", "smt", "डॉ", "श्री", "रु",
  ]

  /// Bullets, and numbers such as `3.` and `(b)`.
  private static func beginsEntry(_ word: String) -> Bool {
    if ["-", "*", "•", "‣", "◦", "–", "·", "▪", "Q:", "A:"].contains(word) { return true }
    guard word.last == "." || word.last == ")", word.count <= 5 else { return false }
    let inner = word.drop { $0 == "(" }.dropLast()
    return !inner.isEmpty && (inner.allSatisfy(\.isNumber) || inner.count == 1)
  }

  /// White space and control characters; below U+0100 without asking Unicode's tables, which are slow.
  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case ..<0x21, 0x7F...0xA0: true
    case ..<0x1680: false
    default: scalar.properties.isWhitespace
    }
  }

  private static func pieces(_ sentence: String, most: Int) -> [String] {
    guard sentence.unicodeScalars.count > most else { return [sentence] }
    var pieces: [String] = []
    var current = ""
    var length = 0
    for word in sentence.split(separator: " ").flatMap({ runs($0, most: most) }) {
      let count = word.unicodeScalars.count
      if length + count + 1 > most, !current.isEmpty {
        pieces.append(current)
        (current, length) = ("", 0)
      }
      current += (current.isEmpty ? "" : " ") + word
      length += count + 1
    }
    return pieces + [current]
  }

  /// A word in runs of at most `most` code points, cut between code points.
  private static func runs(_ word: Substring, most: Int) -> [String] {
    guard word.unicodeScalars.count > most else { return [String(word)] }
    var runs: [String] = []
    var rest = word.unicodeScalars[...]
    while !rest.isEmpty {
      runs.append(String(rest.prefix(most)))
      rest = rest.dropFirst(most)
    }
    return runs
  }
}
