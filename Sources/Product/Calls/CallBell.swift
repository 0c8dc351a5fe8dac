internal import Domain
package import Postgres
internal import Synchronization

/// Rings when something happened in a call, whichever process wrote it (LISTEN/NOTIFY).
///
/// It only says "look again": what happened is read from the database, so that a lost notification
/// costs time and nothing else.
package final class CallBell: Sendable {
  private struct State {
    var next = 0
    var waiting: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
    var subscription: Subscription?
  }

  private let state = Mutex(State())

  package init() {}

  /// Begins to listen, until the pool is closed.
  package func start(_ pool: PostgresPool) async throws {
    let subscription = try await pool.listen(CallEventStore.channel) { [weak self] payload in
      self?.ring(payload)
    }
    state.withLock { $0.subscription = subscription }
  }

  /// Rings for one call, or for all with `nil`: notifications may have been missed.
  private func ring(_ call: String?) {
    let woken = state.withLock { state in
      call.map { Array((state.waiting[$0] ?? [:]).values) }
        ?? state.waiting.values.flatMap { Array($0.values) }
    }
    for continuation in woken { continuation.yield() }
  }

  /// A stream that rings for `id`, remembering one ring that nobody has heard yet.
  func rings(for id: CallID) -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let key = state.withLock { state in
        state.next += 1
        state.waiting[id.text, default: [:]][state.next] = continuation
        return state.next
      }
      continuation.onTermination = { [weak self] _ in self?.forget(id, key) }
    }
  }

  private func forget(_ id: CallID, _ key: Int) {
    state.withLock { state in
      state.waiting[id.text]?[key] = nil
      if state.waiting[id.text]?.isEmpty == true { state.waiting[id.text] = nil }
    }
  }
}
