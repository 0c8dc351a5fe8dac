/// The format of `.env` files, as dotenv programs read it.
///
/// ```
/// # a comment
/// export NAME=value      # "export" and the comment are dropped
/// QUOTED="two\nlines"    # \n \r \t \" \\ \$ are escapes; the text may span lines
/// LITERAL='as \n it is'
/// ```
/// `$NAME` stays as it is. A name that occurs twice is an error, since one of them is ignored by
/// whoever reads the file.
enum EnvironmentFile {
  /// What is wrong, and where; nothing of the line itself.
  struct Fault: Error, Equatable {
    let line: Int
    let message: String
  }

  static func parse(_ text: String) throws(Fault) -> [String: String] {
    var reader = Reader(characters: Array(text.unicodeScalars))
    var values: [String: String] = [:]
    while let (name, value) = try reader.assignment() {
      guard values.updateValue(value, forKey: name) == nil else {
        throw reader.fault("\(name) is set a second time")
      }
    }
    return values
  }
}

/// Goes through a file once, from assignment to assignment.
private struct Reader {
  let characters: [Unicode.Scalar]
  var position = 0
  var line = 1
  var started = 1

  func fault(_ message: String) -> EnvironmentFile.Fault {
    EnvironmentFile.Fault(line: started, message: message)
  }

  private var next: Unicode.Scalar? {
    position < characters.count ? characters[position] : nil
  }

  private mutating func advance() {
    if next == "\n" { line += 1 }
    position += 1
  }

  mutating func assignment() throws(EnvironmentFile.Fault) -> (name: String, value: String)? {
    skipBlankLines()
    guard next != nil else { return nil }
    started = line
    var name = word()
    if name == "export", next == " " || next == "\t" {
      skipSpaces()
      name = word()
    }
    skipSpaces()
    guard Self.isName(name), next == "=" else { throw fault("expected NAME=value") }
    advance()
    skipSpaces()
    return (name, try value())
  }

  private mutating func value() throws(EnvironmentFile.Fault) -> String {
    switch next {
    case "'", "\"":
      let value = try quoted()
      skipSpaces()
      guard next == nil || next == "\n" || next == "\r" || next == "#" else {
        throw fault("there is text behind the closing quote")
      }
      skipRestOfLine()
      return value
    default: return unquoted()
    }
  }

  private mutating func quoted() throws(EnvironmentFile.Fault) -> String {
    let quote = next
    advance()
    var text = String.UnicodeScalarView()
    while let character = next, character != quote {
      advance()
      guard character == "\\", quote == "\"", let escaped = next else {
        text.append(character)
        continue
      }
      advance()
      switch escaped {
      case "n": text.append("\n")
      case "r": text.append("\r")
      case "t": text.append("\t")
      case "\"", "\\", "$": text.append(escaped)
      default: text.append(contentsOf: [character, escaped])
      }
    }
    guard next != nil else { throw fault("a quote is not closed") }
    advance()
    return String(text)
  }

  /// To the end of the line, or to a `#` with white space before it.
  private mutating func unquoted() -> String {
    var text = String.UnicodeScalarView()
    while let character = next, character != "\n" {
      if character == "#", text.last.map(Self.isSpace) ?? true { break }
      text.append(character)
      advance()
    }
    skipRestOfLine()
    while let last = text.last, Self.isSpace(last) { text.removeLast() }
    return String(text)
  }

  private mutating func word() -> String {
    var text = String.UnicodeScalarView()
    while let character = next, character != "=", character != "\n", !Self.isSpace(character) {
      text.append(character)
      advance()
    }
    return String(text)
  }

  private mutating func skipSpaces() {
    while next == " " || next == "\t" { advance() }
  }

  private mutating func skipRestOfLine() {
    while next != nil, next != "\n" { advance() }
  }

  private mutating func skipBlankLines() {
    while let character = next {
      if character == "#" {
        skipRestOfLine()
      } else if character == "\n" || character == "\u{FEFF}" || Self.isSpace(character) {
        advance()
      } else {
        return
      }
    }
  }

  private static func isSpace(_ character: Unicode.Scalar) -> Bool {
    character == " " || character == "\t" || character == "\r"
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
    return text.utf8.allSatisfy { byte in
      byte == 95 || (48...57).contains(byte) || (97...122).contains(byte | 32)
    }
  }
}
