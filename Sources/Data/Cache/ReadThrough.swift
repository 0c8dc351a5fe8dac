internal import EventLoop
internal import Synchronization
internal import Telemetry

/// Values by key: from a store, else from their source, which many who ask at once read only once.
package final class ReadThrough<Value: Sendable>: Sendable {
  private struct Flight {
    let task: Task<Value?, any Error>
    let ticket: FillTicket
    let number: Int
  }

  private struct State {
    var flights: [CacheKey: Flight] = [:]
    var count = 0
  }

  private let store: any CacheStore<Value>
  fileprivate let near: MemoryCache<Value>
  fileprivate let meters: CacheMeters
  private let state = Mutex(State())

  /// `name` is the cache's in the metrics.
  package init(_ store: any CacheStore<Value>, name: String) {
    self.store = store
    near = store.near
    meters = CacheMeters(name)
  }

  /// The value of a key; `load` reads it from the source. What is not there is not remembered.
  ///
  /// Whoever asks after a drop never gets what was read before it. Cancelling the caller does not
  /// cancel the reading, which others may wait for.
  package func value(
    _ key: CacheKey, load: @escaping @Sendable () async throws -> Value?
  ) async throws -> Value? {
    if let held = near.held(key) {
      meters.hits.increment()
      return held
    }
    if let task = state.withLock({ joinable($0.flights[key]) }) { return try await task.value }
    switch await store.find(key) {
    case .found(let value):
      meters.hits.increment()
      return value
    case .missing(let ticket): return try await flight(key, ticket, load).value
    }
  }

  /// Forgets a value whose source has changed.
  package func drop(_ key: CacheKey) async { await store.drop(key) }

  /// Forgets everything.
  package func dropAll() async { await store.dropAll() }

  private func flight(
    _ key: CacheKey, _ ticket: FillTicket, _ load: @escaping @Sendable () async throws -> Value?
  ) -> Task<Value?, any Error> {
    state.withLock { state in
      if let task = joinable(state.flights[key]) { return task }
      meters.misses.increment()
      return begin(key, ticket, load, &state)
    }
  }

  /// A flight that began before a drop is not joined: what it reads may be old.
  private func joinable(_ flight: Flight?) -> Task<Value?, any Error>? {
    guard let flight, store.isCurrent(flight.ticket) else { return nil }
    return flight.task
  }

  private func begin(
    _ key: CacheKey, _ ticket: FillTicket,
    _ load: @escaping @Sendable () async throws -> Value?, _ state: inout State
  ) -> Task<Value?, any Error> {
    state.count += 1
    let number = state.count
    let task = Task(executorPreference: EventLoop.current) {
      defer { self.landed(key, number) }
      let value = try await load()
      if let value { await self.store.fill(ticket, with: value) }
      return value
    }
    state.flights[key] = Flight(task: task, ticket: ticket, number: number)
    return task
  }

  private func landed(_ key: CacheKey, _ number: Int) {
    state.withLock { state in
      if state.flights[key]?.number == number { state.flights[key] = nil }
    }
  }
}

extension ReadThrough where Value: AnyObject {
  /// The value if this process has it at hand: for hot paths that would not even make a closure.
  package func held(_ key: CacheKey) -> Value? {
    guard let held = near.held(key) else { return nil }
    meters.hits.increment()
    return held
  }
}
