internal import Domain
internal import Synchronization

/// Sessions by id, which a Redis is never told of: look-ups that are believed for a short while, or until they are said to be out of date.
///
/// A crowd that asks for one id at once makes one look-up. One that began before an invalidation is
/// neither kept nor joined afterwards, since it may have read what was true before.
final class CredentialCache<Value: Sendable>: Sendable {
  private struct Entry {
    let value: Value
    let until: Moment
  }

  private struct State {
    var entries: [String: Entry] = [:]
    /// Look-ups under way, numbered so that each forgets only itself.
    var asking: [String: (number: UInt64, task: Task<Value?, any Error>)] = [:]
    var number: UInt64 = 0
  }

  private let state = Mutex(State())
  private let lifetime: Duration
  private let capacity: Int
  private let now: @Sendable () -> Moment
  private let fetch: @Sendable (String) async throws -> Value?

  /// `lifetime` bounds how long an invalidation that was lost can matter; `fetch` gives nil for what
  /// is not there, which is not remembered.
  init(
    lifetime: Duration, capacity: Int = 10_000,
    now: @escaping @Sendable () -> Moment = { WallClock.now },
    fetch: @escaping @Sendable (String) async throws -> Value?
  ) {
    self.lifetime = lifetime
    self.capacity = capacity
    self.now = now
    self.fetch = fetch
  }

  private enum Found {
    case known(Value)
    case asked(Task<Value?, any Error>)
  }

  /// What `id` is.
  func value(for id: String) async throws -> Value? {
    switch find(id, at: now()) {
    case .known(let value): value
    case .asked(let task): try await task.value
    }
  }

  private func find(_ id: String, at now: Moment) -> Found {
    state.withLock { state in
      if let entry = state.entries[id], now < entry.until { return .known(entry.value) }
      if let asked = state.asking[id] { return .asked(asked.task) }
      state.number += 1
      let number = state.number
      let task = Task { try await self.look(up: id, number) }
      state.asking[id] = (number, task)
      return .asked(task)
    }
  }

  private func look(up id: String, _ number: UInt64) async throws -> Value? {
    let began = now()
    do {
      let value = try await fetch(id)
      finish(id, number, value.map { Entry(value: $0, until: began + lifetime) })
      return value
    } catch {
      finish(id, number, nil)
      throw error
    }
  }

  private func finish(_ id: String, _ number: UInt64, _ entry: Entry?) {
    state.withLock { state in
      guard state.asking[id]?.number == number else { return }
      state.asking[id] = nil
      guard let entry else { return }
      if state.entries.count >= capacity { state.entries.removeAll() }
      state.entries[id] = entry
    }
  }

  /// Forgets `id`.
  func forget(_ id: String) {
    state.withLock { state in
      state.entries[id] = nil
      state.asking[id] = nil
    }
  }

  /// Forgets what `isOutOfDate` says, and every look-up under way.
  func forget(where isOutOfDate: (Value) -> Bool) {
    state.withLock { state in
      state.entries = state.entries.filter { !isOutOfDate($0.value.value) }
      state.asking = [:]
    }
  }

  /// Forgets everything.
  func forgetAll() { forget { _ in true } }
}
