internal import Domain
package import Postgres
internal import Synchronization

/// The calls whose media this process holds, and the way to end one that another process holds.
///
/// Who is to end a call is notified (LISTEN/NOTIFY) and finds it written in the call's row as well, so that a
/// lost notification costs as long as a lease's renewal and nothing else.
package final class LiveCalls: Sendable {
  private struct State {
    var enders: [String: @Sendable () -> Void] = [:]
    var subscription: Subscription?
    var isDraining = false
  }

  static let channel = "payaid_call_ends"

  private let state = Mutex(State())

  package init() { CallFigures.process.holds(0) }

  /// Begins to listen for calls to end, until the pool is closed.
  package func start(_ pool: PostgresPool) async throws {
    let subscription = try await pool.listen(Self.channel) { [weak self] payload in
      if let payload { self?.end(payload) }
    }
    state.withLock { $0.subscription = subscription }
  }

  /// From now on no conversation begins here; those in progress go on.
  package func beginDrain() { state.withLock { $0.isDraining = true } }

  /// Whether this process is about to leave.
  var isDraining: Bool { state.withLock { $0.isDraining } }

  /// How many calls this process holds.
  package var count: Int { state.withLock { $0.enders.count } }

  /// The ids of the calls that this process holds.
  var ids: [String] { state.withLock { Array($0.enders.keys) } }

  /// Ends every call that this process holds, as if somebody had asked for each.
  package func endAll() {
    for ender in state.withLock({ Array($0.enders.values) }) { ender() }
  }

  /// Asks the process that holds the call to end it, once the transaction commits.
  func requestEnd(_ id: CallID, _ transaction: Transaction) async throws {
    try await transaction.execute(
      "UPDATE calls SET end_requested = true WHERE call_id = \(id.text)")
    try await transaction.execute("SELECT pg_notify(\(Self.channel), \(id.text))")
  }

  /// Takes up a call; `end` is called, at most once, from any thread.
  func add(_ id: CallID, end: @escaping @Sendable () -> Void) {
    state.withLock {
      $0.enders[id.text] = end
      CallFigures.process.holds($0.enders.count)
    }
  }

  func remove(_ id: CallID) {
    state.withLock {
      $0.enders[id.text] = nil
      CallFigures.process.holds($0.enders.count)
    }
  }

  /// Ends a call that this process holds; nothing happens when it is asked again.
  func end(_ id: String) {
    let ender = state.withLock { state in
      // The call is held until it is over.
      state.enders[id] == nil ? nil : state.enders.updateValue({}, forKey: id)
    }
    ender?()
  }
}
