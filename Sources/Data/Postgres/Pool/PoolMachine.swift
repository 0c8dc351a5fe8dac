/// Decides which connection serves whom. It knows neither sockets nor time: the pool acts on its
/// answers and tells it what happened.
///
/// A connection is opening → ready → gone. A ready one is free, shared by n plain statements, or
/// leased to one transaction. A waiter leaves by being served, by its time-out, or by failure.
struct PoolMachine {
  struct Limits: Sendable, Equatable {
    /// Connections open or opening.
    var connections: Int
    /// Callers waiting for one.
    var waiters: Int
    /// Plain statements in flight on one connection.
    var pipelineDepth: Int
  }

  typealias ConnectionID = UInt64
  typealias WaiterID = UInt64
  enum Demand: Equatable { case shared, exclusive }

  enum OnAcquire: Equatable {
    case use(ConnectionID)
    /// Wait; when `open` is set, open that connection meanwhile.
    case wait(open: ConnectionID?)
    case refuse(Refusal)
  }
  enum Refusal: Equatable { case tooManyWaiters, serverUnreachable, closed }

  /// What the pool does next; several can follow from one event.
  enum Action: Equatable {
    case serve(WaiterID, ConnectionID)
    case open(ConnectionID)
    /// Wait this long, then call `retryDue()`.
    case retryLater(attempt: Int)
    case fail(WaiterID)
    case close(ConnectionID)
  }

  private enum Use: Equatable {
    case opening
    case shared(Int)
    case leased
  }
  private struct Waiter {
    let id: WaiterID
    let demand: Demand
  }

  private let limits: Limits
  private var connections: [ConnectionID: Use] = [:]
  private var waiters: [Waiter] = []
  private var nextConnection: ConnectionID = 1
  private var failedAttempts = 0
  private var isBackingOff = false
  private var isClosed = false

  init(limits: Limits) { self.limits = limits }

  var waiting: Int { waiters.count }
  var openConnections: Int { connections.values.count { $0 != .opening } }
  var leasedConnections: Int { connections.values.count { $0 == .leased } }

  mutating func acquire(_ waiter: WaiterID, _ demand: Demand) -> OnAcquire {
    if isClosed { return .refuse(.closed) }
    if waiters.isEmpty, let id = candidate(for: demand) {
      take(id, demand)
      return .use(id)
    }
    if isBackingOff && connections.isEmpty { return .refuse(.serverUnreachable) }
    if waiters.count >= limits.waiters { return .refuse(.tooManyWaiters) }
    waiters.append(Waiter(id: waiter, demand: demand))
    return .wait(open: openOneMore())
  }

  /// A connection that nobody uses, for one plain statement of who does not wait.
  mutating func takeIdle() -> ConnectionID? {
    guard let id = connections.filter({ $0.value == .shared(0) }).keys.min() else { return nil }
    take(id, .shared)
    return id
  }

  /// The waiter's time is over or its task was cancelled; false when it has been served already.
  mutating func leave(_ waiter: WaiterID) -> Bool {
    guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return false }
    waiters.remove(at: index)
    return true
  }

  mutating func opened(_ id: ConnectionID) -> [Action] {
    failedAttempts = 0
    isBackingOff = false
    guard !isClosed, connections[id] == .opening else { return [.close(id)] }
    connections[id] = .shared(0)
    return serveWaiters()
  }

  /// The attempt failed. Waiters fail with it unless another connection can still serve them.
  mutating func openFailed(_ id: ConnectionID) -> [Action] {
    connections[id] = nil
    failedAttempts += 1
    var actions: [Action] = []
    if connections.isEmpty {
      actions = waiters.map { .fail($0.id) }
      waiters = []
    }
    guard !isClosed, !isBackingOff else { return actions }
    isBackingOff = true
    return actions + [.retryLater(attempt: failedAttempts)]
  }

  /// The back-off is over: try again at once if somebody waits, else at the next demand.
  mutating func retryDue() -> [Action] {
    isBackingOff = false
    return waiters.isEmpty ? [] : openOneMore().map { [.open($0)] } ?? []
  }

  mutating func statementFinished(on id: ConnectionID) -> [Action] {
    guard case .shared(let count) = connections[id] else { return [] }
    connections[id] = .shared(max(0, count - 1))
    return serveWaiters()
  }

  mutating func leaseEnded(on id: ConnectionID) -> [Action] {
    guard connections[id] == .leased else { return [] }
    connections[id] = .shared(0)
    return isClosed ? [.close(id)] : serveWaiters()
  }

  /// The connection broke or was closed.
  mutating func lost(_ id: ConnectionID) -> [Action] {
    connections[id] = nil
    guard !isClosed, !isBackingOff, !waiters.isEmpty else { return [] }
    return openOneMore().map { [.open($0)] } ?? []
  }

  /// Closes what is idle now and the rest when it comes back; waiters fail.
  mutating func close() -> [Action] {
    isClosed = true
    let failures = waiters.map { Action.fail($0.id) }
    waiters = []
    let idle = connections.filter { $0.value != .leased }.keys.sorted().map { Action.close($0) }
    return failures + idle
  }

  /// A free connection first; plain statements may also join the least busy shared one, but only
  /// when no more connections may be opened.
  private func candidate(for demand: Demand) -> ConnectionID? {
    var best: (id: ConnectionID, load: Int)?
    for (id, use) in connections {
      guard case .shared(let load) = use else { continue }
      if load < best?.load ?? .max || (load == best?.load && id < best!.id) { best = (id, load) }
    }
    guard let best else { return nil }
    if best.load == 0 { return best.id }
    let mayShare = demand == .shared && best.load < limits.pipelineDepth
    return mayShare && (connections.count >= limits.connections || isBackingOff) ? best.id : nil
  }

  private mutating func take(_ id: ConnectionID, _ demand: Demand) {
    switch (demand, connections[id]) {
    case (.exclusive, _): connections[id] = .leased
    case (.shared, .shared(let count)): connections[id] = .shared(count + 1)
    default: break
    }
  }

  /// First come, first served: the head of the line holds back those behind it, so that a
  /// transaction is not starved by plain statements.
  private mutating func serveWaiters() -> [Action] {
    var actions: [Action] = []
    while let waiter = waiters.first, let id = candidate(for: waiter.demand) {
      waiters.removeFirst()
      take(id, waiter.demand)
      actions.append(.serve(waiter.id, id))
    }
    return actions
  }

  private mutating func openOneMore() -> ConnectionID? {
    let opening = connections.values.count { $0 == .opening }
    guard !isBackingOff, connections.count < limits.connections, opening < waiters.count else {
      return nil
    }
    defer { nextConnection += 1 }
    connections[nextConnection] = .opening
    return nextConnection
  }
}
