/// Reads a whole XML document as strictly as SSML needs it: well-formed, prefixes declared, no
/// document type and no processing instructions.
struct XMLReader {
  /// What a document is made of.
  typealias Scalar = Unicode.Scalar

  /// Elements inside each other.
  private static let deepest = 32

  /// The whole document.
  private let text: [Scalar]
  /// What is read next.
  private var place = 0
  /// Prefixes that are declared around the place.
  private var prefixes: [String] = ["xml"]

  /// The root of a document.
  static func read(_ bytes: [UInt8]) throws(MarkupError) -> XMLElement {
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw MarkupError("the text is not UTF-8")
    }
    var scalars = Array(string.unicodeScalars)
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    if let bad = scalars.firstIndex(where: { !isAllowed($0) }) {
      throw MarkupError("character \(bad + 1) may not be in XML")
    }
    var reader = XMLReader(text: scalars)
    return try reader.document()
  }

  /// Begins at the start.
  private init(text: [Scalar]) { self.text = text }

  /// Control characters are forbidden, but for three.
  private static func isAllowed(_ scalar: Scalar) -> Bool {
    switch scalar.value {
    case 9, 10, 13, 0x20...0xFFFD, 0x10000...: true
    default: false
    }
  }

  /// One element, with nothing but comments around it.
  private mutating func document() throws(MarkupError) -> XMLElement {
    if take("<?xml ") { try skip(behind: "?>") }
    try skipSpaceAndComments()
    let root = try element(depth: 1)
    try skipSpaceAndComments()
    guard place == text.count else { throw fault("something follows the root element") }
    return root
  }

  /// An element with all that is in it.
  private mutating func element(depth: Int) throws(MarkupError) -> XMLElement {
    guard depth <= Self.deepest else { throw fault("elements are too deep") }
    guard take("<") else { throw fault("an element is expected") }
    let name = try self.name()
    let outer = prefixes
    let attributes = try attributes()
    var element = XMLElement(name: name, attributes: attributes)
    for (attribute, value) in attributes where attribute.hasPrefix("xmlns:") {
      guard !value.isEmpty else { throw fault("a namespace is empty") }
      prefixes.append(String(attribute.dropFirst(6)))
    }
    for name in [name] + attributes.map(\.name) { try checkPrefix(of: name) }
    if !take("/>") {
      guard take(">") else { throw fault("a start tag is not closed") }
      element.children = try content(of: name, depth: depth)
    }
    prefixes = outer
    return element
  }

  /// Attributes up to the end of the tag, with space before each.
  private mutating func attributes() throws(MarkupError) -> [(name: String, value: String)] {
    var attributes: [(name: String, value: String)] = []
    while true {
      let hasSpace = skipSpace()
      if peek == ">" || peek == "/" || peek == nil { return attributes }
      guard hasSpace else { throw fault("space is expected before an attribute") }
      let name = try self.name()
      guard !attributes.contains(where: { $0.name == name }) else {
        throw fault("an attribute is there twice")
      }
      _ = skipSpace()
      guard take("=") else { throw fault("an attribute has no value") }
      _ = skipSpace()
      attributes.append((name, try quoted()))
    }
  }

  /// A value in quotes of either kind.
  private mutating func quoted() throws(MarkupError) -> String {
    guard let quote = peek, quote == "\"" || quote == "'" else {
      throw fault("a value has no quotes")
    }
    place += 1
    var value = String.UnicodeScalarView()
    while let scalar = peek, scalar != quote {
      guard scalar != "<" else { throw fault("a value has a < in it") }
      value.append(try character())
    }
    guard take(String(quote)) else { throw fault("a value is not closed") }
    return String(value)
  }

  /// Everything up to and with the end tag of `name`.
  private mutating func content(
    of name: String, depth: Int
  ) throws(MarkupError) -> [XMLElement.Node] {
    var children: [XMLElement.Node] = []
    var run = String.UnicodeScalarView()
    func finished() -> [XMLElement.Node] { run.isEmpty ? [] : [.text(String(run))] }
    while let scalar = peek {
      if take("</") {
        guard try self.name() == name else { throw fault("an end tag fits no start tag") }
        _ = skipSpace()
        guard take(">") else { throw fault("an end tag is not closed") }
        return children + finished()
      } else if take("<!--") {
        try skipComment()
      } else if take("<![CDATA[") {
        run.append(contentsOf: try skip(behind: "]]>"))
      } else if scalar == "<" {
        children += finished()
        run = String.UnicodeScalarView()
        children.append(.element(try element(depth: depth + 1)))
      } else {
        guard !starts(with: "]]>") else { throw fault("]]> stands in text") }
        run.append(try character())
      }
    }
    throw fault("an element is not closed")
  }

  /// One character, written as it is or as a reference.
  private mutating func character() throws(MarkupError) -> Scalar {
    let scalar = text[place]
    place += 1
    guard scalar == "&" else { return scalar }
    let rest = text[place...].prefix(10)
    guard let end = rest.firstIndex(of: ";") else { throw fault("an & begins no reference") }
    let name = String(String.UnicodeScalarView(rest[..<end]))
    place = end + 1
    guard let meant = Self.meaning(of: name) else { throw fault("a reference is unknown") }
    return meant
  }

  /// What stands between & and ; in other words.
  private static func meaning(of name: String) -> Scalar? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default: break
    }
    let isHex = name.hasPrefix("#x")
    guard name.hasPrefix("#") else { return nil }
    let digits = name.dropFirst(isHex ? 2 : 1)
    guard digits.first?.isHexDigit == true, let code = UInt32(digits, radix: isHex ? 16 : 10),
      let scalar = Scalar(code), isAllowed(scalar)
    else { return nil }
    return scalar
  }

  /// A name, with its prefix.
  private mutating func name() throws(MarkupError) -> String {
    var name = String.UnicodeScalarView()
    while let scalar = peek, Self.isNamePart(scalar, isFirst: name.isEmpty) {
      name.append(scalar)
      place += 1
    }
    let text = String(name)
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw fault("a name is expected")
    }
    return text
  }

  /// Whether a name may have the character, or begin with it.
  private static func isNamePart(_ scalar: Scalar, isFirst: Bool) -> Bool {
    if scalar.properties.isAlphabetic || scalar == "_" { return true }
    return !isFirst && (":-.".unicodeScalars.contains(scalar) || ("0"..."9").contains(scalar))
  }

  /// Throws when a name has a prefix that nothing around it declares.
  private func checkPrefix(of name: String) throws(MarkupError) {
    guard let colon = name.firstIndex(of: ":") else { return }
    let prefix = String(name[..<colon])
    guard prefix == "xmlns" || prefixes.contains(prefix) else {
      throw fault("a prefix is not declared")
    }
  }

  // MARK: Characters

  /// The next character, nil at the end.
  private var peek: Scalar? { place < text.count ? text[place] : nil }

  /// Whether `token` is next.
  private func starts(with token: String) -> Bool {
    text[place...].starts(with: token.unicodeScalars)
  }

  /// Goes behind `token` when it is next.
  private mutating func take(_ token: String) -> Bool {
    guard starts(with: token) else { return false }
    place += token.unicodeScalars.count
    return true
  }

  /// Whether there was any white space.
  private mutating func skipSpace() -> Bool {
    let start = place
    while let scalar = peek, " \t\r\n".unicodeScalars.contains(scalar) { place += 1 }
    return place > start
  }

  /// Goes behind what may stand around the root.
  private mutating func skipSpaceAndComments() throws(MarkupError) {
    repeat { _ = skipSpace() } while try takeComment()
  }

  /// Goes behind a comment when one is next.
  private mutating func takeComment() throws(MarkupError) -> Bool {
    guard take("<!--") else { return false }
    try skipComment()
    return true
  }

  /// Two hyphens end a comment and nothing else.
  private mutating func skipComment() throws(MarkupError) {
    try skip(behind: "--")
    guard take(">") else { throw fault("a comment has -- in it") }
  }

  /// Goes behind the next `token` and gives what stands before it.
  @discardableResult
  private mutating func skip(behind token: String) throws(MarkupError) -> ArraySlice<Scalar> {
    let start = place
    while place < text.count {
      if starts(with: token) {
        defer { place += token.unicodeScalars.count }
        return text[start..<place]
      }
      place += 1
    }
    throw fault("\(token) is missing")
  }

  /// An error that says where it is.
  private func fault(_ problem: String) -> MarkupError {
    MarkupError("\(problem), at character \(place + 1)")
  }
}
