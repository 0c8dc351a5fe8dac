internal import Postgres

/// A sealed value as it lies in its row.
struct SealedValue: Sendable {
  /// The row, by its key's columns.
  let key: [String]
  let bytes: [UInt8]
}

/// One column of sealed values, and how it is moved to the current key. Its SQL is made of names in the source.
///
/// What it does to rows runs in a transaction of the system's.
package struct Resealing: Sendable {
  /// One per system.
  package let name: String
  /// The same value sealed by the current key; nil when it is.
  let renew: @Sendable (_ sealed: [UInt8], _ key: [String]) throws -> [UInt8]?
  private let table: Query
  private let column: Query
  private let key: [StaticString]

  /// Of `column` in `table`, whose rows `key` tells apart: texts without a blank in them, which an index has in
  /// this order.
  package init(
    _ name: String, _ column: StaticString, in table: StaticString, by key: [StaticString],
    renew: @escaping @Sendable (_ sealed: [UInt8], _ key: [String]) throws -> [UInt8]?
  ) {
    self.name = name
    self.renew = renew
    self.table = Query(name: table)
    self.column = Query(name: column)
    self.key = key
  }

  private var columns: Query { Query(list: key.map(Query.init(name:))) }

  /// At most `limit` values behind the row `cursor`, in the order of their keys, locked; the first ones for an
  /// empty cursor.
  func lock(
    after cursor: String, limit: Int, _ transaction: Transaction
  ) async throws -> [SealedValue] {
    let last = cursor.split(separator: " ", maxSplits: key.count - 1).map(String.init)
    let from = last + Array(repeating: "", count: key.count - last.count)
    return try await transaction.query(
      """
      SELECT \(columns), \(column) AS sealed FROM \(table)
      WHERE (\(columns)) > (\(values(from))) AND \(column) IS NOT NULL
      ORDER BY \(columns) LIMIT \(limit) FOR NO KEY UPDATE
      """
    ).map { row in
      SealedValue(
        key: try key.map { try row.decode("\($0)") }, bytes: try row.decode("sealed"))
    }
  }

  /// Puts a value, sealed anew, in the place of what its row has.
  func replace(_ key: [String], _ bytes: [UInt8], _ transaction: Transaction) async throws {
    try await transaction.execute(
      "UPDATE \(table) SET \(column) = \(bytes) WHERE (\(columns)) = (\(values(key)))")
  }

  /// How many values do not begin with a mark.
  func count(unlike mark: [UInt8], _ transaction: Transaction) async throws -> Int {
    try await transaction.query(
      """
      SELECT count(*) AS count FROM \(table)
      WHERE \(column) IS NOT NULL AND substr(\(column), 1, \(mark.count)) <> \(mark)
      """)[0].decode("count")
  }

  private func values(_ key: [String]) -> Query { Query(list: key.map { "\($0)" }) }
}

extension SealedValue {
  /// The row as one text.
  var cursor: String { key.joined(separator: " ") }
}

extension Query {
  /// A name that stands in the source.
  fileprivate init(name: StaticString) { self.init(unsafeSQL: name.description) }

  fileprivate init(list: [Query]) {
    self = ""
    for (place, part) in list.enumerated() { append(place == 0 ? part : ", \(part)") }
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
