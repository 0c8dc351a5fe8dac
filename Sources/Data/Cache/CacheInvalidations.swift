internal import EventLoop
package import Postgres
internal import Synchronization

/// Tells the caches of this process what others changed: the database notifies in the transaction of
/// the change, so what is committed is told and nothing else.
///
/// The payload is a key's text. After a gap in listening, everything is dropped.
package final class CacheInvalidations: Sendable {
  /// Where changes are told; triggers on the tables notify it.
  package static let channel = "payaid_cache"
  /// With more drops than this waiting, everything is dropped instead.
  private static let maxWaiting = 1000

  private enum Drop: Sendable {
    case key(CacheKey)
    case all
  }

  private struct State {
    var stores: [String: any Droppable] = [:]
    var waiting: [Drop] = []
    var isWorking = false
    var subscription: Subscription?
  }

  private let state = Mutex(State())

  package init() {}

  /// From now on `store` hears of changes in `area`. One store for an area.
  package func add(_ store: any CacheStore, area: String) {
    state.withLock { $0.stores[area] = StoreDropper(store: store) }
  }

  /// Begins to listen; returns once the server has confirmed it and what was kept before is dropped.
  package func start(_ pool: PostgresPool) async throws {
    let subscription = try await pool.listen(Self.channel) { [self] payload in
      receive(payload.map { CacheKey($0).map(Drop.key) ?? .all } ?? .all)
    }
    let stores = state.withLock { state in
      state.subscription = subscription
      return state.stores
    }
    for store in stores.values { await store.dropAll() }
  }

  /// Listens no more.
  package func stop() { state.withLock { $0.subscription = nil } }

  private func receive(_ drop: Drop) {
    let starts = state.withLock { state in
      if state.waiting.count >= Self.maxWaiting { state.waiting = [.all] }
      state.waiting.append(drop)
      defer { state.isWorking = true }
      return !state.isWorking
    }
    if starts { Task(executorPreference: EventLoop.current) { await self.work() } }
  }

  private func work() async {
    while let (drop, stores) = next() {
      switch drop {
      case .key(let key): await stores[key.area]?.drop(key)
      case .all: for store in stores.values { await store.dropAll() }
      }
    }
  }

  private func next() -> (Drop, [String: any Droppable])? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.isWorking = false
        return nil
      }
      return (state.waiting.removeFirst(), state.stores)
    }
  }
}

/// A store of whatever values, to be told of changes.
private protocol Droppable: Sendable {
  func drop(_ key: CacheKey) async
  func dropAll() async
}

private struct StoreDropper: Droppable {
  let store: any CacheStore
  func drop(_ key: CacheKey) async { await store.drop(key) }
  func dropAll() async { await store.dropAll() }
}
