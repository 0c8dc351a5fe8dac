/// A statement that one connection has prepared, or is preparing. Lives on the connection's loop.
final class PreparedStatement {
  let sql: String
  /// What the server calls it.
  let name: String
  /// The columns of its results, once one has come: they do not change while it lives.
  var columns: ColumnIndex?
  fileprivate(set) var isReady = false
  fileprivate var lastUse: UInt64

  init(sql: String, name: String, lastUse: UInt64 = 0) {
    self.sql = sql
    self.name = name
    self.lastUse = lastUse
  }
}

extension PreparedStatement: Equatable {
  static func == (left: PreparedStatement, right: PreparedStatement) -> Bool {
    left.name == right.name
  }
}

/// Which statements a connection has prepared, by SQL text, least recently used first out.
///
/// A statement moves: unknown → preparing → ready; a failed prepare makes it unknown again. While
/// it is preparing, the same SQL runs unprepared, so a failed prepare harms nobody behind it.
struct StatementCache {
  enum OnUse: Equatable {
    /// Send Parse under its name first, then report `prepared` or `failed`.
    case prepare(PreparedStatement)
    case run(PreparedStatement)
    case runUnprepared
  }

  private let capacity: Int
  private var statements: [String: PreparedStatement] = [:]
  private var clock: UInt64 = 0
  /// Names to be closed on the server when the connection is next idle.
  private(set) var evicted: [String] = []

  init(capacity: Int) { self.capacity = capacity }

  mutating func use(_ sql: String) -> OnUse {
    clock += 1
    if let statement = statements[sql] {
      statement.lastUse = clock
      return statement.isReady ? .run(statement) : .runUnprepared
    }
    guard capacity > 0 else { return .runUnprepared }
    if statements.count >= capacity && !evictOldest() { return .runUnprepared }
    let statement = PreparedStatement(sql: sql, name: "s\(clock)", lastUse: clock)
    statements[sql] = statement
    return .prepare(statement)
  }

  mutating func prepared(_ statement: PreparedStatement) { statement.isReady = true }

  mutating func failed(_ statement: PreparedStatement) {
    if statements[statement.sql] === statement { statements[statement.sql] = nil }
  }

  /// Forgets a statement whose plan the server refuses; its name is closed later.
  mutating func forget(_ sql: String) {
    guard let statement = statements.removeValue(forKey: sql) else { return }
    evicted.append(statement.name)
  }

  mutating func takeEvicted() -> [String] {
    defer { evicted = [] }
    return evicted
  }

  /// A linear search: it runs only on the miss of a full cache.
  private mutating func evictOldest() -> Bool {
    let ready = statements.values.filter(\.isReady)
    guard let oldest = ready.min(by: { $0.lastUse < $1.lastUse }) else { return false }
    forget(oldest.sql)
    return true
  }
}
