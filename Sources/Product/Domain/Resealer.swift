package import Jobs
package import Postgres
internal import TLS
internal import Telemetry

/// Moves everything that older master keys sealed to the current one: recurring work, a batch a
/// transaction, that goes on where the run before stopped.
package struct Resealer: Sendable {
  /// Values that one transaction moves at most: some ten milliseconds.
  package static let batch = 200
  /// The job's kind and the schedule's name.
  private static let name = "keys.reseal"
  /// How long a key has been active before anything moves to it: whoever sealed with the one before has
  /// committed by then.
  private static let settling = Duration.seconds(60)
  /// How long one run goes on.
  private static let runLimit = 100

  private let pool: PostgresPool
  private let ring: KeyRing
  private let kinds: [Resealing]

  package init(pool: PostgresPool, ring: KeyRing, kinds: [Resealing]) {
    self.pool = pool
    self.ring = ring
    self.kinds = kinds
  }

  /// When it runs.
  package static let schedule = JobSchedule(
    name: name, kind: name, queue: Retention.queue.name, .every(.seconds(300)))

  /// What runs it.
  package var handler: JobHandler {
    JobHandler(kind: Self.name, timeout: .seconds(120)) { _ in _ = try await run() }
  }

  /// One run; whether everything is under the current key. Costs one statement when it is.
  @discardableResult
  package func run() async throws -> Bool {
    let number = ring.current
    guard number != MasterKey.firstNumber else { return true }
    let waits = try await pool.transaction(tenant: .system) {
      try await ResealStore.waits(number, settling: Self.settling, $0)
    }
    guard waits else { return false }
    let plan = ResealPlan(names: kinds.map(\.name))
    // Bounded by batches, which a slow database makes no longer.
    for _ in 0..<Self.runLimit {
      let next = try await pool.transaction(tenant: .system) { transaction in
        let next = plan.next(try await ResealStore.states(number, transaction))
        if case .move(let name) = next { try await move(name, to: number, transaction) }
        return next
      }
      if next == .count { return try await count(plan, number) }
    }
    return false
  }

  private func move(_ name: String, to number: Int64, _ transaction: Transaction) async throws {
    guard let kind = kinds.first(where: { $0.name == name }) else { return }
    var state = try await ResealStore.lock(name, number, transaction)
    let found = try await kind.lock(after: state.lastID, limit: Self.batch, transaction)
    for value in found {
      do {
        guard let renewed = try kind.renew(value.bytes, value.key) else { continue }
        try await kind.replace(value.key, renewed, transaction)
        state.moved += 1
      } catch let error where error is TLSError || error is MissingKey {
        state.lost += 1
      }
    }
    state.lastID = found.last?.cursor ?? state.lastID
    state.isOver = found.count < Self.batch
    try await ResealStore.store(state, name, number, transaction)
  }

  private func count(_ plan: ResealPlan, _ number: Int64) async throws -> Bool {
    let left = try await pool.transaction(tenant: .system) { transaction in
      var left: [String: Int] = [:]
      for kind in kinds {
        left[kind.name] = try await kind.count(unlike: KeyMark.bytes(of: number), transaction)
      }
      switch plan.counted(left) {
      case .finish: try await ResealStore.finish(number, transaction)
      case .again(let names): try await ResealStore.restart(names, number, transaction)
      }
      return left.filter { $0.value > 0 }
    }
    guard !left.isEmpty else {
      Log("keys").info("no value is left under an older master key", ["key": .integer(number)])
      return true
    }
    for (name, count) in left {
      Log("keys").warning(
        "values are left under an older master key", ["of": "\(name)", "count": .int(count)])
    }
    return false
  }
}

/// All SQL of the move to a key. Every function runs in the caller's transaction, which is the system's.
enum ResealStore {
  /// Whether a key has been active for `settling` and not everything is under it.
  static func waits(
    _ number: Int64, settling: Duration, _ transaction: Transaction
  ) async throws -> Bool {
    let rows = try await transaction.query(
      """
      SELECT FROM master_keys WHERE number = \(number) AND resealed_time IS NULL
        AND active_time < now() - \("\(settling.components.seconds) seconds")::interval
      """)
    return !rows.isEmpty
  }

  static func states(
    _ number: Int64, _ transaction: Transaction
  ) async throws -> [String: ResealState] {
    let rows = try await transaction.query(
      """
      SELECT area, last_id, moved, lost, is_over FROM key_reseals WHERE number = \(number)
      """)
    return Dictionary(
      uniqueKeysWithValues: try rows.map { (try $0.decode("area"), try ResealState($0)) })
  }

  /// Where a kind is, locked; of two runs at a time one waits and goes on from there.
  static func lock(
    _ area: String, _ number: Int64, _ transaction: Transaction
  ) async throws -> ResealState {
    let rows = try await transaction.query(
      """
      INSERT INTO key_reseals (number, area) VALUES (\(number), \(area))
      ON CONFLICT (number, area) DO UPDATE SET area = excluded.area
      RETURNING last_id, moved, lost, is_over
      """)
    return try ResealState(rows[0])
  }

  static func store(
    _ state: ResealState, _ area: String, _ number: Int64, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE key_reseals SET last_id = \(state.lastID), moved = \(state.moved),
        lost = \(state.lost), is_over = \(state.isOver)
      WHERE number = \(number) AND area = \(area)
      """)
  }

  static func restart(
    _ areas: [String], _ number: Int64, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE key_reseals SET last_id = '', lost = 0, is_over = false
      WHERE number = \(number) AND area = ANY(\(areas))
      """)
  }

  static func finish(_ number: Int64, _ transaction: Transaction) async throws {
    try await transaction.execute(
      "UPDATE master_keys SET resealed_time = now() WHERE number = \(number)")
  }
}

extension ResealState {
  init(_ row: Row) throws {
    self.init(
      lastID: try row.decode("last_id"), moved: try row.decode("moved", as: Int.self),
      lost: try row.decode("lost", as: Int.self), isOver: try row.decode("is_over"))
  }
}
