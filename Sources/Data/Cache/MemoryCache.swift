package import EventLoop
internal import Synchronization

/// A store in this process's memory: bounded, the least recently used goes first, each value for its
/// lifetime at most.
///
/// Sixteen parts with a lock each, held for a look-up. A drop counts up one of the part's 256
/// generations, so a fill that began before it is refused without remembering each dropped key; that
/// two keys may share a generation costs a fill now and then.
package final class MemoryCache<Value: Sendable>: CacheStore {
  /// How much is kept, and for how long.
  package struct Limits: Sendable {
    package var count = 10_000
    /// In the unit of `cost`, bytes by custom.
    package var cost = 64 << 20
    package var lifetime: Duration

    package init(lifetime: Duration) { self.lifetime = lifetime }
  }

  /// A value as the table knows it: the table is compiled for one type, whatever is kept. Nothing else
  /// is ever in a cache's tables, so a box is taken for what it is unasked: to ask costs 450
  /// instructions where the type of value is not known, twice a call.
  fileprivate final class Box: Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private static var partCount: Int { 16 }

  private let parts: [MemoryCachePart]
  private let limits: Limits
  private let cost: @Sendable (Value) -> Int
  private let clock: @Sendable () -> LoopInstant

  /// `cost` says what a value weighs against `limits.cost`.
  package init(
    limits: Limits, cost: @escaping @Sendable (Value) -> Int = { _ in 1 },
    clock: @escaping @Sendable () -> LoopInstant = { .readClock() }
  ) {
    self.limits = limits
    self.cost = cost
    self.clock = clock
    parts = (0..<Self.partCount).map { _ in
      MemoryCachePart(
        maxCount: max(1, limits.count / Self.partCount), maxCost: limits.cost / Self.partCount)
    }
  }

  package var near: MemoryCache { self }

  /// The value, without waiting.
  package func held(_ key: CacheKey) -> Value? { Self.unbox(object(key)) }

  fileprivate func object(_ key: CacheKey) -> (any AnyObject & Sendable)? {
    let now = clock()
    return part(key).state.withLock { $0.table.find(key, at: now) }
  }

  private static func unbox(_ object: (any AnyObject & Sendable)?) -> Value? {
    guard let object else { return nil }
    return unsafe unsafeDowncast(object, to: Box.self).value
  }

  package func find(_ key: CacheKey) async -> CacheAnswer<Value> { look(key) }

  /// `find`, without waiting.
  package func look(_ key: CacheKey) -> CacheAnswer<Value> {
    let now = clock()
    return part(key).state.withLock { state in
      if let value = Self.unbox(state.table.find(key, at: now)) { return .found(value) }
      let generation = state.generations[Self.place(key)]
      return .missing(FillTicket(key: key, generation: generation, begun: now))
    }
  }

  package func isCurrent(_ ticket: FillTicket) -> Bool {
    part(ticket.key).state.withLock {
      $0.generations[Self.place(ticket.key)] == ticket.generation
    }
  }

  package func fill(_ ticket: FillTicket, with value: Value) async { put(ticket, value) }

  /// `fill`, without waiting; false when it was refused.
  @discardableResult
  package func put(_ ticket: FillTicket, _ value: Value) -> Bool {
    let now = clock()
    let cost = cost(value)
    guard ticket.begun.duration(to: now) <= FillTicket.patience else { return false }
    return part(ticket.key).state.withLock { state in
      guard state.generations[Self.place(ticket.key)] == ticket.generation else { return false }
      state.table.insert(
        ticket.key, Box(value), cost: cost, until: now.advanced(by: limits.lifetime))
      return true
    }
  }

  package func drop(_ key: CacheKey) async { forget(key) }

  /// `drop`, without waiting.
  package func forget(_ key: CacheKey) {
    part(key).state.withLock { state in
      state.table.remove(key)
      state.generations[Self.place(key)] += 1
    }
  }

  package func dropAll() async { forgetAll() }

  /// `dropAll`, without waiting.
  func forgetAll() {
    for part in parts {
      part.state.withLock { state in
        state.table.removeAll()
        for place in state.generations.indices { state.generations[place] += 1 }
      }
    }
  }

  /// How many values are kept now.
  package var count: Int { parts.reduce(0) { $0 + $1.state.withLock { $0.table.count } } }

  private func part(_ key: CacheKey) -> MemoryCachePart {
    parts[key.hashValue & (Self.partCount - 1)]
  }

  private static func place(_ key: CacheKey) -> Int { (key.hashValue >> 4) & 255 }
}

extension MemoryCache where Value: AnyObject {
  /// The value, without waiting. Code for objects: code for any type of value is not specialised for
  /// other modules, and asks the runtime several times a call what an optional of it is.
  package func held(_ key: CacheKey) -> Value? {
    guard let object = object(key) else { return nil }
    return unsafe unsafeDowncast(object, to: Box.self).value
  }
}

/// One of a cache's parts.
private final class MemoryCachePart: Sendable {
  struct State: ~Copyable {
    var table: RecencyTable<CacheKey, any AnyObject & Sendable>
    var generations: [UInt64] = Array(repeating: 0, count: 256)
  }

  let state: Mutex<State>

  init(maxCount: Int, maxCost: Int) {
    state = Mutex(State(table: RecencyTable(maxCount: maxCount, maxCost: maxCost)))
  }
}
