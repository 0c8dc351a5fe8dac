/// Which statements a connection has prepared, by SQL text, least recently used first out.
///
/// A statement moves: unknown → preparing → ready; a failed prepare makes it unknown again. While
/// it is preparing, the same SQL runs unprepared, so a failed prepare harms nobody behind it.
struct StatementCache {
  enum OnUse: Equatable {
    /// Send Parse under this name first, then report `prepared` or `failed`.
    case prepare(name: String)
    case run(name: String)
    case runUnprepared
  }

  private struct Entry {
    let name: String
    var isReady = false
    var lastUse: UInt64
  }

  private let capacity: Int
  private var entries: [String: Entry] = [:]
  private var sqlByName: [String: String] = [:]
  private var clock: UInt64 = 0
  /// Names to be closed on the server when the connection is next idle.
  private(set) var evicted: [String] = []

  init(capacity: Int) { self.capacity = capacity }

  mutating func use(_ sql: String) -> OnUse {
    clock += 1
    if let entry = entries[sql] {
      entries[sql]?.lastUse = clock
      return entry.isReady ? .run(name: entry.name) : .runUnprepared
    }
    guard capacity > 0 else { return .runUnprepared }
    if entries.count >= capacity && !evictOldest() { return .runUnprepared }
    let name = "s\(clock)"
    entries[sql] = Entry(name: name, lastUse: clock)
    sqlByName[name] = sql
    return .prepare(name: name)
  }

  mutating func prepared(_ name: String) {
    guard let sql = sqlByName[name] else { return }
    entries[sql]?.isReady = true
  }

  mutating func failed(_ name: String) {
    guard let sql = sqlByName.removeValue(forKey: name) else { return }
    entries[sql] = nil
  }

  /// Forgets a statement whose plan the server refuses; its name is closed later.
  mutating func forget(_ sql: String) {
    guard let entry = entries.removeValue(forKey: sql) else { return }
    sqlByName[entry.name] = nil
    evicted.append(entry.name)
  }

  mutating func takeEvicted() -> [String] {
    defer { evicted = [] }
    return evicted
  }

  /// A linear search: it runs only on the miss of a full cache.
  private mutating func evictOldest() -> Bool {
    let ready = entries.filter(\.value.isReady)
    guard let oldest = ready.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return false }
    forget(oldest.key)
    return true
  }
}
