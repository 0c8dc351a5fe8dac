/// Names that each stand once in a document: short ones, and full ones where those are taken.
struct OpenAPINames {
  private var taken: Set<String>
  private var given: [String: String] = [:]

  init(reserved: Set<String> = []) { taken = reserved }

  /// Gives what is called `fullName` in proto its name; with each of `endings` it is nobody else's.
  mutating func add(_ fullName: String, short: String, endings: [String] = [""]) {
    var name = short
    while !taken.isDisjoint(with: endings.map { name + $0 }) {
      name = name == short && short != fullName ? fullName : name + "_"
    }
    taken.formUnion(endings.map { name + $0 })
    given[fullName] = name
  }

  /// The name of what is called `fullName` in proto.
  subscript(fullName: String) -> String { given[fullName] ?? fullName }
}
