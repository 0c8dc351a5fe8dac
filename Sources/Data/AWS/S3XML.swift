/// Reads one text of S3's answers and trusts nothing else in them.
///
/// Tags and plain text are all there is: a document with a DTD, a comment, CDATA, an entity where it
/// matters, deep nesting or anything behind its end is none.
package struct S3XML {
  private static let longest = 65_536
  private static let deepest = 8
  private static let longestText = 1_024

  private enum Token {
    case open(String)
    case close(String)
    case empty
    case text(ArraySlice<UInt8>)
  }

  private let bytes: [UInt8]
  private var index = 0

  /// The text of the one `child` directly below `root`, printable ASCII without a space; nil when the
  /// document has another root, no such child or two, or is no such document.
  package static func text(of child: String, in root: String, _ body: [UInt8]) -> String? {
    guard body.count <= longest else { return nil }
    var reader = S3XML(bytes: body)
    return reader.find(child, root)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func find(_ child: String, _ root: String) -> String? {
    skipDeclaration()
    var path: [String] = []
    var text: ArraySlice<UInt8>?
    // Whether the element that is open has nothing but text so far.
    var isLeaf = false
    var found: String?
    while let token = next() {
      switch token {
      case .text(let bytes): text = isLeaf ? bytes : nil
      case .empty: (text, isLeaf) = (nil, false)
      case .open(let name):
        path.append(name)
        guard path[0] == root, path.count <= Self.deepest else { return nil }
        (text, isLeaf) = (nil, true)
      case .close(let name):
        guard path.popLast() == name else { return nil }
        if path.isEmpty { return isAtEnd ? found : nil }
        if path.count == 1, name == child {
          guard found == nil, let value = text.flatMap(Self.plain) else { return nil }
          found = value
        }
        (text, isLeaf) = (nil, false)
      }
    }
    return nil
  }

  private static func plain(_ text: ArraySlice<UInt8>) -> String? {
    let isPlain = text.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "&") }
    guard isPlain, text.count <= longestText else { return nil }
    return String(decoding: text, as: UTF8.self)
  }

  /// Blanks, and `<?xml … ?>`.
  private mutating func skipDeclaration() {
    skipBlanks()
    guard bytes[index...].starts(with: "<?xml ".utf8),
      let end = bytes[index...].firstIndex(of: UInt8(ascii: ">")),
      bytes[end - 1] == UInt8(ascii: "?")
    else { return }
    index = end + 1
    skipBlanks()
  }

  private mutating func skipBlanks() {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
  }

  private var isAtEnd: Bool {
    bytes[index...].allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
  }

  /// Nil at the end, and for what is neither a tag nor text.
  private mutating func next() -> Token? {
    guard index < bytes.count else { return nil }
    guard bytes[index] == UInt8(ascii: "<") else {
      let end = bytes[index...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
      defer { index = end }
      return .text(bytes[index..<end])
    }
    guard let end = bytes[index...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
    let tag = bytes[(index + 1)..<end]
    index = end + 1
    if tag.first == UInt8(ascii: "/") { return Self.name(tag.dropFirst()).map { .close($0) } }
    let name = Self.name(tag.prefix { $0 != 0x20 && $0 != UInt8(ascii: "/") })
    guard let name, !tag.contains(UInt8(ascii: "<")) else { return nil }
    return tag.last == UInt8(ascii: "/") ? .empty : .open(name)
  }

  private static func name(_ bytes: ArraySlice<UInt8>) -> String? {
    let isName = bytes.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
    }
    guard isName, (1...64).contains(bytes.count) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
