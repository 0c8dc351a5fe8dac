/// In which order agents are listed.
package struct AgentOrder: Sendable, Equatable {
  /// What they are compared by; the id tells equal ones apart.
  package enum Key: Sendable, Equatable {
    case createTime, updateTime, name
  }

  package var key = Key.createTime
  package var isDescending = true

  /// The newest first.
  package init() {}

  /// Reads `order_by` (AIP-132); empty is the newest first.
  package init(_ text: String) throws(ListFault) {
    let words = text.split { $0 == " " }
    guard let name = words.first else { return }
    switch name {
    case "create_time", "createTime": key = .createTime
    case "update_time", "updateTime": key = .updateTime
    case "name": key = .name
    default: throw ListFault("agents are ordered by create_time, update_time or name")
    }
    switch words.dropFirst().map(String.init) {
    case []: isDescending = false
    case ["asc"]: isDescending = false
    case ["desc"]: isDescending = true
    default: throw ListFault("a direction is asc or desc, and there is one key")
    }
  }
}

/// What a page of agents is taken from.
package struct AgentList: Sendable {
  /// The last agent of the page before.
  package struct Cursor: Sendable, Equatable {
    /// What it was ordered by, as the database writes it; empty in the order of ids.
    package let value: String
    package let agentID: String

    package init(value: String, agentID: String) {
      self.value = value
      self.agentID = agentID
    }

    /// Reads what ``text`` wrote.
    package init(_ text: String) {
      let bar = text.firstIndex(of: "|")
      agentID = String(bar.map { text[..<$0] } ?? text[...])
      value = bar.map { String(text[text.index(after: $0)...]) } ?? ""
    }

    package var text: String { value.isEmpty ? agentID : "\(agentID)|\(value)" }
  }

  package var filter = AgentFilter()
  package var order = AgentOrder()
  /// All languages when empty.
  package var language = ""
  package var showsDeleted = false
  package var cursor: Cursor?

  /// All agents, the newest first.
  package init() {}
}
