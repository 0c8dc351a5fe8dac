internal import EventLoop
internal import GRPC
internal import HTTP2
internal import RPCCore

/// The way to one address: its connection, or several where the service config allows it, and the
/// attempts that wait for a free stream. Loop-confined.
///
/// idle → connecting → ready → idle (GOAWAY, lost); connecting → pausing (failed) → idle. Whoever
/// balances the load says when to connect; dropped, it takes no more. Where health is checked, ready is
/// told when the server says that it serves, and failed while it does not.
final class Subchannel {
  private enum State {
    case idle, connecting, ready, dropped
    case pausing(LoopTimer)
  }

  let address: SocketAddress
  private let configuration: ClientConfiguration
  private let loop: EventLoop
  private weak var router: Router?
  private var state = State.idle
  private var backoff: BackoffMachine
  /// Those that take calls.
  private var connections: [Connection] = []
  /// Whether one is being made, and, once there is one, which.
  private var isStarting = false
  private weak var starting: Connection?
  private var queue = AttemptQueue()
  /// Asks the oldest connection, where health is checked, and what it was told last.
  private var health: HealthWatch?
  private var isServing: Bool?

  init(_ address: SocketAddress, router: Router) {
    self.address = address
    self.router = router
    configuration = router.configuration
    loop = router.loop
    backoff = BackoffMachine(router.configuration.backoff)
  }

  private var isDropped: Bool {
    if case .dropped = state { true } else { false }
  }
}

/// What is asked of it.
extension Subchannel {
  /// Begins an attempt on a connection with room, or as soon as there is one.
  func begin(_ attempt: Attempt) {
    for connection in connections where connection.hasRoom {
      return begin(attempt, on: connection)
    }
    queue.append(attempt)
    scale()
  }

  private func begin(_ attempt: Attempt, on connection: Connection) {
    do {
      try connection.begin(attempt)
    } catch  where error.kind == .closing {
      // The connection takes no more streams: put it aside and use another one.
      retire(connection)
      router?.place(attempt)
    } catch {
      attempt.fail(RPCError(.internal, "http/2 refused the call", cause: error))
    }
  }

  /// Connects, unless it does already or waits after a failure.
  func connect() {
    guard case .idle = state else { return }
    state = .connecting
    // A further connection that is on its way when the last one is lost becomes the first.
    if !isStarting { startConnection() }
  }

  /// Ends the pause after a failure early.
  func resetBackoff() {
    guard case .pausing(let timer) = state else { return }
    timer.cancel()
    backoff.reset()
    pauseIsOver()
  }

  /// Takes no new calls; running ones go on, and the connections close after them.
  func drop() {
    if case .pausing(let timer) = state { timer.cancel() }
    state = .dropped
    health?.stop()
    health = nil
    starting?.shutDown()
    for connection in connections { connection.drain() }
    connections = []
    giveQueueBack()
  }

  private func giveQueueBack() {
    for attempt in queue.takeAll() { router?.place(attempt) }
  }
}

/// Connecting.
extension Subchannel {
  private func startConnection() {
    isStarting = true
    let limit = backoff.begin(
      at: .now, minimum: configuration.connectTimeout, random: .random(in: -1...1))
    let (me, loop, address) = (LoopConfined(self), loop, address)
    Task(executorPreference: loop) {
      do {
        let stream = try await TCPStream.connect(on: loop, to: address, timeout: limit)
        me.value.didConnect(stream, timeout: limit)
      } catch {
        me.value.didNotConnect(
          RPCError(.unavailable, "connecting to \(address) failed", cause: error))
      }
    }
  }

  private func didConnect(_ stream: TCPStream, timeout: Duration) {
    guard !isDropped, let router else { return stream.close() }
    do {
      let connection = try router.makeConnection(stream, owner: self)
      starting = connection
      // Ready, or failed, is told by the connection once the server's settings came or did not.
      connection.start(timeout: timeout)
    } catch {
      stream.close()
      didNotConnect(RPCError(.unavailable, "connecting to \(address) failed", cause: error))
    }
  }

  private func didNotConnect(_ error: RPCError) {
    isStarting = false
    starting = nil
    guard case .connecting = state else { return }
    let timer = loop.schedule(after: backoff.pause(at: .now)) { [weak self] in
      self?.pauseIsOver()
    }
    state = .pausing(timer)
    router?.changed(self, .failed(error))
  }

  private func pauseIsOver() {
    guard case .pausing = state else { return }
    state = .idle
    router?.changed(self, .idle)
  }

  /// One more connection for those that wait, when the service config allows it and none is on its
  /// way.
  private func scale() {
    guard case .ready = state, !isStarting, !queue.isEmpty, let router,
      connections.count < router.serviceConfig.maxConnectionsPerAddress,
      backoff.pause(at: .now) == .zero
    else { return }
    startConnection()
  }
}

/// What its connections tell.
extension Subchannel {
  /// The server's settings came.
  func didBecomeReady(_ connection: Connection) {
    isStarting = false
    starting = nil
    backoff.reset()
    switch state {
    case .idle, .pausing, .dropped: connection.drain()
    case .connecting:
      connections.append(connection)
      state = .ready
      hasRoom(connection)
      if !watchHealth(of: connection) { router?.changed(self, .ready) }
    case .ready:
      connections.append(connection)
      hasRoom(connection)
      scale()
    }
  }

  /// A stream has ended, or the server's limit has changed.
  func hasRoom(_ connection: Connection) {
    while connection.hasRoom, let attempt = queue.popFirst() { begin(attempt, on: connection) }
  }

  /// The connection takes no new calls: GOAWAY, or out of stream numbers.
  func retire(_ connection: Connection) {
    connection.drain()
    remove(connection)
  }

  /// The connection is closed; its attempts hear of it next.
  func didClose(_ connection: Connection, _ error: RPCError) {
    if connection.isReady { remove(connection) } else { didNotConnect(error) }
  }

  private func remove(_ connection: Connection) {
    guard connections.contains(where: { $0 === connection }) else { return }
    connections.removeAll { $0 === connection }
    if health?.connection === connection {
      health?.stop()
      health = nil
      if let next = connections.first { _ = watchHealth(of: next) }
    }
    guard connections.isEmpty, case .ready = state else { return scale() }
    state = .idle
    router?.changed(self, .idle)
    giveQueueBack()
  }
}

/// Health.
extension Subchannel {
  /// False when it is not to be watched.
  private func watchHealth(of connection: Connection) -> Bool {
    guard let router, let service = router.checkedService else { return false }
    isServing = nil
    let watch = HealthWatch(service, of: connection, router: router, owner: self)
    health = watch
    watch.begin()
    return true
  }

  /// The server says that it serves, or there is `problem`.
  func healthChanged(_ problem: RPCError?) {
    guard case .ready = state, isServing != (problem == nil) else { return }
    isServing = problem == nil
    router?.changed(self, problem.map { .failed($0) } ?? .ready)
    if problem != nil { giveQueueBack() }
  }
}
