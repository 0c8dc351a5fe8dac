internal import HTTP

/// Turns tokens into a template: recursive descent over the grammar of `PathTemplate`.
struct PathParser {
  private let text: String
  private let tokens: [PathScanner.Located]
  private var position = 0
  private var segments: [PathTemplate.Segment] = []
  private var variables: [PathTemplate.Variable] = []

  init(_ text: String) throws(TranscodingError) {
    self.text = text
    tokens = try PathScanner.tokens(text)
  }

  mutating func template() throws(TranscodingError) -> PathTemplate {
    try expect(.slash, "a template begins with \"/\"")
    try parseSegments(insideVariable: false)
    var verb: String?
    if current.token == .colon {
      advance()
      verb = try literal("a verb")
    }
    try expect(.end, "only \"/\" or \":\" may follow a segment")
    return PathTemplate(text: text, segments: segments, variables: variables, verb: verb)
  }

  private mutating func parseSegments(insideVariable: Bool) throws(TranscodingError) {
    try parseSegment(insideVariable: insideVariable)
    while current.token == .slash {
      advance()
      try parseSegment(insideVariable: insideVariable)
    }
  }

  private mutating func parseSegment(insideVariable: Bool) throws(TranscodingError) {
    guard segments.last != .rest else { throw fail("\"**\" must be the last segment") }
    switch current.token {
    case .star:
      advance()
      segments.append(.one)
    case .doubleStar:
      advance()
      segments.append(.rest)
    case .text:
      segments.append(.literal(try literal("a segment")))
    case .open:
      guard !insideVariable else { throw fail("a variable may not stand inside a variable") }
      try parseVariable()
    default:
      throw fail("expected a literal, \"*\", \"**\" or a variable")
    }
  }

  private mutating func parseVariable() throws(TranscodingError) {
    let column = current.column
    advance()
    let path = try fieldPath()
    let start = segments.count
    if current.token == .equals {
      advance()
      try parseSegments(insideVariable: true)
    } else {
      guard segments.last != .rest else { throw fail("\"**\" must be the last segment") }
      segments.append(.one)
    }
    try expect(.close, "expected \"}\"")
    let own = segments[start...]
    let isRest = own.last == .rest
    let variable = PathTemplate.Variable(
      fieldPath: path, start: start, end: isRest ? nil : segments.count,
      isMultiSegment: own.count > 1 || isRest)
    for other in variables where Self.overlap(other.fieldPath, path) {
      throw TranscodingError(
        .syntax(column: column),
        "column \(column): variable \"\(variable.name)\" repeats \"\(other.name)\"")
    }
    guard own.contains(where: { $0 == .one || $0 == .rest }) else {
      throw TranscodingError(
        .syntax(column: column), "column \(column): variable \"\(variable.name)\" has no wildcard")
    }
    variables.append(variable)
  }

  private mutating func fieldPath() throws(TranscodingError) -> [String] {
    guard case .text(let name) = current.token else { throw fail("expected a field name") }
    var column = current.column
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    for part in parts {
      guard Self.isIdentifier(part) else {
        throw TranscodingError(
          .syntax(column: column), "column \(column): \"\(part)\" is not a field name")
      }
      column += part.utf8.count + 1
    }
    advance()
    return parts
  }

  private mutating func literal(_ what: String) throws(TranscodingError) -> String {
    guard case .text(let raw) = current.token else { throw fail("expected \(what)") }
    guard let text = PercentCoding.decodeText(raw) else {
      throw fail("\"\(raw)\" has a broken percent escape")
    }
    advance()
    return text
  }

  private var current: PathScanner.Located { tokens[position] }

  private mutating func advance() {
    if position < tokens.count - 1 { position += 1 }
  }

  private mutating func expect(
    _ token: PathScanner.Token, _ message: String
  ) throws(TranscodingError) {
    guard current.token == token else { throw fail(message) }
    advance()
  }

  private func fail(_ message: String) -> TranscodingError {
    TranscodingError(.syntax(column: current.column), "column \(current.column): \(message)")
  }

  /// Whether one path is the other or a parent of it: both could not be bound.
  private static func overlap(_ a: [String], _ b: [String]) -> Bool {
    a.starts(with: b) || b.starts(with: a)
  }

  private static func isIdentifier(_ text: String) -> Bool {
    guard let first = text.utf8.first, first == UInt8(ascii: "_") || isLetter(first) else {
      return false
    }
    return text.utf8.allSatisfy {
      $0 == UInt8(ascii: "_") || isLetter($0) || (0x30...0x39).contains($0)
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
