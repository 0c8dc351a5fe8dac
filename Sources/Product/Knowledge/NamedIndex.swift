internal import Domain
package import Speech

/// An index of vectors elsewhere, and its name in the database, which is another for another index.
package struct NamedIndex: Sendable {
  package let name: String
  package let index: any VectorIndex

  package init(_ name: String, _ index: any VectorIndex) {
    self.name = name
    self.index = index
  }

  /// How a passage is called there: an agent's passages share a prefix, and so do a document's.
  static func id(_ key: PassageKey, of agent: AgentID) -> String {
    prefix(key.document, of: agent) + "\(key.number)"
  }

  static func prefix(_ document: DocumentID, of agent: AgentID) -> String {
    "\(agent.text)#\(document.text)#"
  }

  /// Which passage of the agent an identifier names.
  static func key(_ id: String, of agent: AgentID) -> PassageKey? {
    let parts = id.split(separator: "#", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == agent.text, let document = DocumentID(String(parts[1])),
      let number = Int64(parts[2])
    else { return nil }
    return PassageKey(document: document, number: number)
  }
}

extension NamedIndex {
  /// What a placement has behind its space.
  static func suffix(_ index: NamedIndex?) -> String { index.map { " " + $0.name } ?? "" }
}

extension EmbeddingSpace {
  /// As the database names it.
  var name: String { "\(model)/\(dimensions)" }

  /// The space of this name; `nil` when it names none.
  init?(name: String) {
    let parts = name.split(separator: "/")
    guard parts.count > 1, let last = parts.last, let dimensions = Int(last) else { return nil }
    self.init(model: parts.dropLast().joined(separator: "/"), dimensions: dimensions)
  }

  /// Where vectors are when they lie in this space, and in `index` too where there is one.
  func placement(_ index: NamedIndex?) -> String { name + NamedIndex.suffix(index) }
}
