/// A part of AIP-160: terms joined by AND, each a field compared with a value.
///
/// ```
/// filter = term { "AND" term }        term  = field ("=" | "!=") value | "labels:" key
/// field  = "state" | "language" | "name" | "phone_number" | "labels." key
/// value  = a word, or a text in double quotes with \" and \\
/// ```
package struct AgentFilter: Sendable, Equatable {
  /// What a term looks at.
  package enum Field: Sendable, Equatable {
    case state, language, name, phoneNumber
    case label(String)
  }

  /// How it looks at it.
  package enum Comparison: Sendable, Equatable {
    case equal, notEqual, has
  }

  /// One condition.
  package struct Term: Sendable, Equatable {
    package let field: Field
    package let comparison: Comparison
    /// Empty for `has`; a state in lower case, as its column holds it.
    package let value: String
  }

  /// All of them hold.
  package let terms: [Term]

  private static let limit = 16

  /// Holds for every agent.
  package init() { terms = [] }

  /// Reads a filter; an empty one has no terms. Throws a sentence with the column of the fault.
  package init(_ text: String) throws(ListFault) {
    var scanner = FilterScanner(text)
    var terms: [Term] = []
    while !scanner.isAtEnd {
      if !terms.isEmpty { try scanner.keyword("AND") }
      terms.append(try Self.term(&scanner))
      guard terms.count <= Self.limit else {
        throw ListFault("has more than \(Self.limit) terms")
      }
    }
    self.terms = terms
  }

  private static func term(_ scanner: inout FilterScanner) throws(ListFault) -> Term {
    let column = scanner.column
    let name = try scanner.word()
    if name == "labels", scanner.take(":") {
      return Term(field: .label(try labelKey(scanner.value(), column)), comparison: .has, value: "")
    }
    let field = try field(name, column)
    let comparison: Comparison
    if scanner.take("!=") {
      comparison = .notEqual
    } else if scanner.take("=") {
      comparison = .equal
    } else {
      throw scanner.fault("= or != is missing")
    }
    let value = try scanner.value()
    return Term(
      field: field, comparison: comparison, value: field == .state ? value.lowercased() : value)
  }

  private static func field(_ name: String, _ column: Int) throws(ListFault) -> Field {
    switch name {
    case "state": return .state
    case "language": return .language
    case "name": return .name
    case "phone_number", "phoneNumber": return .phoneNumber
    default:
      guard name.hasPrefix("labels.") else {
        throw ListFault("no field of that name can be filtered by (column \(column))")
      }
      return .label(try labelKey(String(name.dropFirst(7)), column))
    }
  }

  private static func labelKey(_ key: String, _ column: Int) throws(ListFault) -> String {
    guard LabelRules.isKey(key) else {
      throw ListFault("a label's key has 1 to 63 letters, digits, _, - and . (column \(column))")
    }
    return key
  }
}

/// Why a list cannot be made as asked: a lower-case sentence.
package struct ListFault: Error, Equatable {
  package let message: String

  init(_ message: String) { self.message = message }
}

/// The words of a filter.
private struct FilterScanner {
  private let characters: [Character]
  private var position = 0

  init(_ text: String) {
    characters = Array(text)
    skipBlanks()
  }

  var isAtEnd: Bool { position >= characters.count }

  /// Counted from 1.
  var column: Int { position + 1 }

  func fault(_ what: String) -> ListFault { ListFault("\(what) (column \(column))") }

  /// Takes `text` and the blanks behind it if it stands here.
  mutating func take(_ text: String) -> Bool {
    guard characters[position...].starts(with: text) else { return false }
    position += text.count
    skipBlanks()
    return true
  }

  mutating func keyword(_ text: String) throws(ListFault) {
    let start = column
    guard try word() == text else { throw ListFault("\(text) is missing (column \(start))") }
  }

  /// Letters, digits and `_ - . +`.
  mutating func word() throws(ListFault) -> String {
    let rest = characters[position...]
    let word = rest.prefix { $0.isLetter || $0.isNumber || "_-.+".contains($0) }
    guard !word.isEmpty else { throw fault("a word is missing") }
    position += word.count
    skipBlanks()
    return String(word)
  }

  mutating func value() throws(ListFault) -> String {
    guard !isAtEnd, characters[position] == "\"" else { return try word() }
    var text = ""
    var index = position + 1
    while index < characters.count {
      var character = characters[index]
      if character == "\"" {
        position = index + 1
        skipBlanks()
        return text
      }
      if character == "\\", index + 1 < characters.count {
        index += 1
        character = characters[index]
      }
      text.append(character)
      index += 1
    }
    throw fault("the text is not closed")
  }

  private mutating func skipBlanks() {
    while !isAtEnd, characters[position].isWhitespace { position += 1 }
  }
}
