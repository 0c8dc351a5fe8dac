internal import EventLoop
internal import Synchronization

/// One loop's part of the pool: its connections, its waiters, its transactions. An actor on that
/// loop; `PoolMachine` decides, this acts.
actor PoolShard {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }
  nonisolated let configuration: PostgresConfiguration
  /// Ids of requests and of who waits to make one.
  private nonisolated let ids = Atomic<UInt64>(0)

  private struct Waiter {
    let granted: (Result<UInt64, any Error>) -> Void
    let timer: LoopTimer
  }

  private var machine: PoolMachine
  /// Where new connections go.
  private var url: String
  private var order: ServerOrder
  private(set) var connections: [UInt64: PostgresConnection] = [:]
  private var waiters: [UInt64: Waiter] = [:]
  private var retryTimer: LoopTimer?
  private var lastConnectError: PostgresError?
  var leases: [UInt64: Lease] = [:]

  init(loop: EventLoop, configuration: PostgresConfiguration, maxConnections: Int) {
    self.loop = loop
    self.configuration = configuration
    url = configuration.url
    order = ServerOrder(url: url)
    machine = PoolMachine(
      limits: PoolMachine.Limits(
        connections: maxConnections, waiters: configuration.maxWaiters,
        pipelineDepth: configuration.pipelineDepth))
  }

  /// Runs statements as one transaction on whichever connection is free or least busy; the last
  /// one's result. Up to their Sync they are an implicit transaction of PostgreSQL.
  ///
  /// Not isolated, so that a caller on the loop stays there: to enter the actor and to leave it are
  /// two jobs more.
  nonisolated func run(_ queries: [Query], timeout: Duration?) async throws -> QueryResult {
    let id = newID()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
        onLoop {
          $0.start(queries, id: id, timeout: timeout) { continuation.resume(with: $0) }
        }
        // A cancellation since then may have come too early to find it.
        if Task.isCancelled { onLoop { $0.cancel(id) } }
      }
    } onCancel: {
      loop.execute { self.assumeIsolated { $0.cancel(id) } }
    }
  }

  private nonisolated func onLoop(_ body: @escaping @Sendable (isolated PoolShard) -> Void) {
    if loop.isCurrent { return assumeIsolated(body) }
    loop.execute { self.assumeIsolated(body) }
  }

  /// Sends statements on a shared connection as soon as there is one.
  private func start(
    _ queries: [Query], id: UInt64, timeout: Duration?,
    answer: @escaping (Result<QueryResult, any Error>) -> Void
  ) {
    acquire(.shared, as: id) { [self] granted in
      do {
        let connection = try granted.get()
        guard let target = connections[connection] else { throw Self.lost }
        target.submit(
          queries, id: id, timeout: timeout ?? configuration.queryTimeout, answer: answer
        ) { [self] in statementFinished(on: connection) }
      } catch {
        answer(.failure(error))
      }
    }
  }

  /// Nobody waits any more for what `start` began.
  private func cancel(_ id: UInt64) {
    giveUp(id, CancellationError())
    for connection in connections.values { connection.abandon(id) }
  }

  /// Closes every connection: idle ones now, leased ones when their transaction ends.
  func close() {
    retryTimer?.cancel()
    act(on: machine.close())
  }

  func connect(to url: String) {
    self.url = url
    order = ServerOrder(url: url)
  }

  func counts() -> PoolCounts {
    PoolCounts(
      open: machine.openConnections, leased: machine.leasedConnections, waiting: machine.waiting)
  }

  nonisolated func newID() -> UInt64 { ids.wrappingAdd(1, ordering: .relaxed).newValue }

  /// A connection for this demand, waited for within the pool's limits.
  func acquire(_ demand: PoolMachine.Demand) async throws -> UInt64 {
    let waiter = newID()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
        acquire(demand, as: waiter) { continuation.resume(with: $0) }
      }
    } onCancel: {
      loop.execute { self.assumeIsolated { $0.giveUp(waiter, CancellationError()) } }
    }
  }

  /// Calls `granted` with a connection for this demand: at once, or after waiting within the pool's
  /// limits.
  private func acquire(
    _ demand: PoolMachine.Demand, as waiter: UInt64,
    _ granted: @escaping (Result<UInt64, any Error>) -> Void
  ) {
    switch machine.acquire(waiter, demand) {
    case .use(let id): granted(.success(id))
    case .refuse(let reason): granted(.failure(refusal(reason)))
    case .wait(let opening):
      let timer = loop.schedule(after: configuration.acquireTimeout) { [self] in
        giveUp(waiter, PostgresError(.poolExhausted, "no connection became free in time"))
      }
      waiters[waiter] = Waiter(granted: granted, timer: timer)
      if let opening { open(opening) }
    }
  }

  private func giveUp(_ id: UInt64, _ error: any Error) {
    guard machine.leave(id), let waiter = waiters.removeValue(forKey: id) else { return }
    waiter.timer.cancel()
    waiter.granted(.failure(error))
  }

  private static var lost: PostgresError {
    PostgresError(.connectionLost, "connection was lost")
  }

  private func refusal(_ reason: PoolMachine.Refusal) -> PostgresError {
    switch reason {
    case .tooManyWaiters:
      PostgresError(
        .poolExhausted,
        "\(machine.waiting) callers wait for a connection; the limit is \(configuration.maxWaiters)"
      )
    case .serverUnreachable:
      lastConnectError ?? PostgresError(.connectionLost, "database cannot be reached")
    case .closed: PostgresError(.closed, "pool was closed")
    }
  }
}

extension PoolShard {
  func act(on actions: [PoolMachine.Action]) {
    for action in actions {
      switch action {
      case .serve(let id, let connection): serve(id, connection)
      case .fail(let id): fail(id)
      case .open(let id): open(id)
      case .close(let id): connections.removeValue(forKey: id)?.close()
      case .retryLater(let attempt): retry(after: Backoff.delay(attempt: attempt))
      }
    }
  }

  private func serve(_ id: UInt64, _ connection: UInt64) {
    guard let waiter = waiters.removeValue(forKey: id) else { return }
    waiter.timer.cancel()
    waiter.granted(.success(connection))
  }

  private func fail(_ id: UInt64) {
    guard let waiter = waiters.removeValue(forKey: id) else { return }
    waiter.timer.cancel()
    waiter.granted(.failure(lastConnectError ?? PostgresError(.closed, "pool was closed")))
  }

  private func retry(after delay: Duration) {
    retryTimer = loop.schedule(after: delay) { [self] in act(on: machine.retryDue()) }
  }

  private func open(_ id: UInt64) {
    var configuration = configuration
    configuration.url = url
    configuration.order = order.parameters
    let first = order.first
    let connection = PostgresConnection(loop: loop, configuration: configuration)
    connections[id] = connection
    connection.connect { [self] error in
      if error != nil { order.failed(startingWith: first) }
      opened(id, error)
    }
  }

  private func opened(_ id: UInt64, _ error: PostgresError?) {
    lastConnectError = error
    guard error == nil else {
      connections[id] = nil
      return act(on: machine.openFailed(id))
    }
    connections[id]?.onLost = { [self] _ in lost(id) }
    act(on: machine.opened(id))
  }

  private func lost(_ id: UInt64) {
    connections[id] = nil
    act(on: machine.lost(id))
  }

  /// Gives a connection up for good, whatever it is doing.
  func discard(_ id: UInt64) {
    connections.removeValue(forKey: id)?.close()
    act(on: machine.lost(id))
  }

  /// A connection that nobody uses, for one plain statement; nil when there is none now.
  func takeIdle() -> UInt64? { machine.takeIdle() }

  /// The server is done with a plain statement.
  func statementFinished(on id: UInt64) {
    act(on: machine.statementFinished(on: id))
  }

  /// Gives a leased connection back.
  func returnLease(of id: UInt64) {
    act(on: machine.leaseEnded(on: id))
  }

  /// Sends a batch and waits for its answer. Cancelling the task leaves the batch to the server,
  /// bounded by its time-out, and drops the answer.
  func submit(
    _ queries: [Query], on connection: UInt64, timeout: Duration?, cancellable: Bool = true,
    finished: (() -> Void)? = nil
  ) async throws -> QueryResult {
    let id = newID()
    let timeout = timeout ?? configuration.queryTimeout
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        // The handler below may have run already and found nothing to abandon.
        if cancellable, Task.isCancelled {
          continuation.resume(throwing: CancellationError())
          finished?()
          return
        }
        guard let target = connections[connection] else {
          return continuation.resume(throwing: Self.lost)
        }
        target.submit(
          queries, id: id, timeout: timeout, answer: { continuation.resume(with: $0) },
          finished: finished)
      }
    } onCancel: {
      guard cancellable else { return }
      loop.execute { self.assumeIsolated { $0.connections[connection]?.abandon(id) } }
    }
  }

  func submitScript(_ sql: String, on connection: UInt64, timeout: Duration) async throws {
    let id = newID()
    try await withCheckedThrowingContinuation {
      (continuation: CheckedContinuation<Void, any Error>) in
      guard let target = connections[connection] else {
        return continuation.resume(throwing: Self.lost)
      }
      target.runScript(sql, id: id, timeout: timeout) { result in
        continuation.resume(with: result.map { _ in () })
      }
    }
  }
}

/// How busy a pool is.
package struct PoolCounts: Sendable, Equatable {
  /// Connections made, free or not.
  package var open: Int
  /// Connections owned by a transaction.
  package var leased: Int
  /// Callers waiting for a connection.
  package var waiting: Int
}

/// Pauses between attempts to connect: 50 ms, doubled each time, at most 5 s, ± 20 %.
enum Backoff {
  static func delay(attempt: Int) -> Duration {
    delay(attempt: attempt, jitter: Double.random(in: 0.8...1.2))
  }

  static func delay(attempt: Int, jitter: Double) -> Duration {
    let base = 50.0 * Double(1 << min(max(attempt - 1, 0), 10))
    return .milliseconds(Int64(min(base, 5000) * jitter))
  }
}
