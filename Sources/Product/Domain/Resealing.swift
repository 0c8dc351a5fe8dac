package import Postgres

/// A sealed value as it lies in its row.
package struct SealedValue: Sendable {
  /// The row: rows are gone through in the order of these.
  package let id: String
  package let bytes: [UInt8]

  package init(id: String, bytes: [UInt8]) {
    self.id = id
    self.bytes = bytes
  }
}

/// One kind of sealed values, and how they are moved to the current key.
///
/// The functions run in a transaction of the system's. `find` gives at most as many values as it is
/// asked for, those of the rows after a row, and locks them.
package struct Resealing: Sendable {
  /// One per system.
  package let name: String
  let find: @Sendable (_ after: String, _ limit: Int, Transaction) async throws -> [SealedValue]
  /// The same sealed by the current key; nil when it is.
  let renew: @Sendable (SealedValue) throws -> [UInt8]?
  let replace: @Sendable (_ id: String, _ bytes: [UInt8], Transaction) async throws -> Void
  /// How many do not begin with a mark.
  let count: @Sendable (_ unlike: [UInt8], Transaction) async throws -> Int

  package init(
    _ name: String,
    find:
      @escaping @Sendable (_ after: String, _ limit: Int, Transaction) async throws ->
      [SealedValue],
    renew: @escaping @Sendable (SealedValue) throws -> [UInt8]?,
    replace:
      @escaping @Sendable (_ id: String, _ bytes: [UInt8], Transaction) async throws -> Void,
    count: @escaping @Sendable (_ unlike: [UInt8], Transaction) async throws -> Int
  ) {
    self.name = name
    self.find = find
    self.renew = renew
    self.replace = replace
    self.count = count
  }
}

/// How far one kind of sealed values has moved to a key, as its row says.
struct ResealState: Sendable, Equatable {
  var lastID = ""
  var moved = 0
  /// Those that no key opens, in this pass.
  var lost = 0
  var isOver = false
}

/// Decides what follows a look at all kinds of sealed values.
///
/// Each kind goes from its first row to its last. When all have, what is left is counted: nothing ends
/// the move to this key; a kind with something left, sealed by a process that was late, begins again.
struct ResealPlan {
  enum OnState: Equatable {
    /// Move a batch of this kind.
    case move(String)
    /// Count what is left.
    case count
  }

  enum OnCount: Equatable {
    /// The move is over.
    case finish
    /// These begin again, at the next run.
    case again([String])
  }

  /// All kinds, in order.
  let names: [String]

  /// What comes first, by how far each kind is.
  func next(_ states: [String: ResealState]) -> OnState {
    names.first { states[$0]?.isOver != true }.map { .move($0) } ?? .count
  }

  /// What a count of each kind means.
  func counted(_ left: [String: Int]) -> OnCount {
    let rest = names.filter { left[$0, default: 0] > 0 }
    return rest.isEmpty ? .finish : .again(rest)
  }
}
