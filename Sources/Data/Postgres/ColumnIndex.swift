/// Finds a result's columns by name; of several with one name, the first.
///
/// An open-addressed table hashed by a name's length and outer bytes: it is made for each result, and
/// names are few and our own, so a stronger hash would cost more than it saves.
struct ColumnIndex: Sendable {
  let names: [String]
  /// One more than a position in `names`; 0 is free.
  private var slots: [UInt16]

  init(_ names: [String]) {
    self.names = names
    var size = 8
    while size < names.count * 2 { size *= 2 }
    slots = Array(repeating: 0, count: size)
    for (position, name) in names.enumerated() {
      var slot = hash(name)
      while slots[slot] != 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = UInt16(position + 1)
    }
  }

  /// Where the column stands.
  func position(of name: String) -> Int? {
    var slot = hash(name)
    while slots[slot] != 0 {
      let position = Int(slots[slot]) - 1
      if names[position] == name { return position }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private func hash(_ name: String) -> Int {
    let bytes = name.utf8
    let outer = Int(bytes.first ?? 0) &* 31 &+ Int(bytes.last ?? 0)
    return (outer &* 7 &+ bytes.count) & (slots.count - 1)
  }
}
