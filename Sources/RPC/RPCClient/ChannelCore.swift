internal import EventLoop
internal import GRPC
internal import HTTP2
internal import RPCCore

/// The state of a channel and of its calls, on the channel's loop.
///
/// idle → connecting → connected → idle (GOAWAY, lost); connecting → pausing (failed) → connecting.
/// While pausing, calls that do not wait for a connection fail with what the attempt failed with.
actor ChannelCore {
  private enum State {
    case idle
    case connecting
    case connected(Connection)
    case pausing(LoopTimer, RPCError)
  }

  nonisolated let loop: EventLoop
  private let configuration: ClientConfiguration
  private let tls: TLSClient?
  private var state = State.idle
  private var failures = 0
  private var isClosing = false
  private var calls: [UInt64: CallState] = [:]
  private var nextID: UInt64 = 1
  /// Ids of calls without a connection, in the order they came.
  private var waiting: [UInt64] = []
  /// All that are not closed: the connecting or connected one, and those that only have old calls.
  private var connections: [UInt64: Connection] = [:]
  private var connectWaiters: [CheckedContinuation<Void, any Error>] = []
  private var closeWaiters: [CheckedContinuation<Void, Never>] = []

  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(loop: EventLoop, configuration: ClientConfiguration) throws {
    self.loop = loop
    self.configuration = configuration
    tls = try configuration.tls.map { try TLSClient($0, address: configuration.address) }
  }
}

/// What a `Call` asks for.
extension ChannelCore {
  func open(_ method: MethodDescriptor, _ options: CallOptions) -> Call {
    let id = nextID
    nextID += 1
    let handle = Call(core: self, id: id)
    let call = CallState(id: id, method, options, messageLimit: configuration.maxMessageBytes)
    call.handle = handle
    calls[id] = call
    if isClosing {
      call.abandon(RPCError(.unavailable, "the channel is closed"))
    } else if let deadline = options.deadline, deadline <= .now {
      call.abandon(Self.deadlineExceeded)
    } else {
      startDeadline(call)
      place(call)
    }
    return handle
  }

  /// `compressed`: as the call's options say when nil.
  func send(_ id: UInt64, _ message: [UInt8], compressed: Bool?) async throws {
    guard let call = calls[id] else { return }
    try call.send(message, compressed: compressed)
    guard call.mustWait else { return }
    try await withCheckedThrowingContinuation { call.wait($0) }
  }

  func finishSending(_ id: UInt64) throws {
    try calls[id]?.finishSending()
  }

  func receive(_ id: UInt64) async throws -> [UInt8]? {
    guard let call = calls[id] else { return nil }
    return try await withCheckedThrowingContinuation { call.receive($0) }
  }

  func headers(_ id: UInt64) async throws -> Metadata {
    guard let call = calls[id] else { return Metadata() }
    return try await withCheckedThrowingContinuation { call.awaitHead($0) }
  }

  func cancel(_ id: UInt64) {
    calls[id]?.abandon(RPCError(.cancelled, "the call was cancelled"))
    settle()
  }

  /// The handle is gone.
  func forget(_ id: UInt64) {
    guard let call = calls.removeValue(forKey: id) else { return }
    call.abandon(RPCError(.cancelled, "the call was dropped"))
    settle()
  }

  private static var deadlineExceeded: RPCError {
    RPCError(.deadlineExceeded, "the call's deadline has passed")
  }

  private func startDeadline(_ call: CallState) {
    guard let deadline = call.options.deadline else { return }
    let id = call.id
    call.deadlineTimer = loop.schedule(after: deadline.remaining()) { [weak self] in
      self?.assumeIsolated { core in
        core.calls[id]?.abandon(Self.deadlineExceeded)
        core.settle()
      }
    }
  }
}

/// Connecting.
extension ChannelCore {
  /// Gives a call to the connection, or makes it wait for one.
  private func place(_ call: CallState) {
    switch state {
    case .connected(let connection):
      begin(call, on: connection)
    case .idle:
      waiting.append(call.id)
      startConnecting()
    case .connecting:
      waiting.append(call.id)
    case .pausing(_, let error):
      if call.options.waitForReady { waiting.append(call.id) } else { call.abandon(error) }
    }
  }

  private func begin(_ call: CallState, on connection: Connection) {
    do {
      try connection.begin(call)
    } catch  where error.kind == .closing {
      // The connection takes no more streams: put it aside and use another one.
      retire(connection.id)
      place(call)
    } catch {
      call.abandon(RPCError(.internal, "http/2 refused the call", cause: error))
    }
  }

  func connect() async throws {
    if case .connected = state { return }
    guard !isClosing else { throw RPCError(.unavailable, "the channel is closed") }
    if case .connecting = state {} else { startConnecting() }
    try await withCheckedThrowingContinuation { connectWaiters.append($0) }
  }

  private func startConnecting() {
    if case .pausing(let timer, _) = state { timer.cancel() }
    state = .connecting
    Task(executorPreference: loop) { await self.attempt() }
  }

  private func attempt() async {
    do {
      let stream = try await TCPStream.connect(
        on: loop, to: configuration.address, timeout: configuration.connectTimeout)
      guard !isClosing else {
        stream.close()
        return settle()
      }
      let connection = try Connection(
        nextID, stream, tls: try tls?.makeSession(), configuration: configuration, core: self)
      nextID += 1
      connections[connection.id] = connection
      // Ready, or failed, is told by the connection once the server's settings came or did not.
      connection.start()
    } catch {
      didFail(RPCError(.unavailable, "connecting to \(configuration.address) failed", cause: error))
    }
  }

  /// The server's settings came.
  func didBecomeReady(_ id: UInt64) {
    guard let connection = connections[id] else { return }
    guard case .connecting = state else { return connection.drain() }
    failures = 0
    state = .connected(connection)
    let waiters = connectWaiters
    connectWaiters = []
    for waiter in waiters { waiter.resume() }
    placeWaiting()
  }

  private func placeWaiting() {
    let ids = waiting
    waiting = []
    for id in ids {
      guard let call = calls[id], call.result == nil else { continue }
      place(call)
    }
  }

  /// An attempt ended without a connection.
  func didFail(_ error: RPCError) {
    guard case .connecting = state else { return }
    failures += 1
    let wait = configuration.backoff.delay(after: failures, random: Double.random(in: -1...1))
    let timer = loop.schedule(after: wait) { [weak self] in
      self?.assumeIsolated { $0.pauseIsOver() }
    }
    state = .pausing(timer, error)
    let waiters = connectWaiters
    connectWaiters = []
    for waiter in waiters { waiter.resume(throwing: error) }
    let ids = waiting
    waiting = []
    for id in ids {
      guard let call = calls[id], call.result == nil else { continue }
      if call.options.waitForReady { waiting.append(id) } else { call.abandon(error) }
    }
    settle()
  }

  private func pauseIsOver() {
    guard case .pausing = state else { return }
    state = .idle
    if !waiting.isEmpty { startConnecting() }
  }

  /// A connection that takes no new calls: GOAWAY, or out of stream numbers.
  func retire(_ id: UInt64) {
    guard let connection = connections[id] else { return }
    if case .connected(let current) = state, current === connection { state = .idle }
    connection.drain()
  }

  /// A connection is gone and its calls have been told; `error` when it never became ready.
  func didClose(_ id: UInt64, _ error: RPCError?) {
    guard let connection = connections.removeValue(forKey: id) else { return }
    if case .connected(let current) = state, current === connection { state = .idle }
    if let error { didFail(error) }
    settle()
  }

  /// A call the server has certainly not begun. If it never left, it is sent again without limit,
  /// otherwise once, then it fails.
  func wasRefused(_ id: UInt64, neverSent: Bool) {
    guard let call = calls[id] else { return }
    guard !isClosing, call.takeRetry(neverSent: neverSent) else {
      return call.abandon(RPCError(.unavailable, "the server refused the call before it began"))
    }
    place(call)
  }
}

/// Closing.
extension ChannelCore {
  func close(grace: Duration) async {
    isClosing = true
    if case .pausing(let timer, _) = state {
      timer.cancel()
      state = .idle
    }
    loop.schedule(after: grace) { [weak self] in self?.assumeIsolated { $0.endAll() } }
    settle()
    guard !isClosed else { return }
    await withCheckedContinuation { closeWaiters.append($0) }
  }

  private var isClosed: Bool {
    guard case .idle = state else { return false }
    return connections.isEmpty
  }

  private func endAll() {
    for call in calls.values {
      call.abandon(RPCError(.unavailable, "the channel is closed"))
    }
    state = .idle
    for connection in connections.values { connection.shutDown() }
    settle()
  }

  /// Moves a closing channel on when nothing is left to wait for.
  private func settle() {
    guard isClosing else { return }
    let failure = RPCError(.unavailable, "the channel is closed")
    for waiter in connectWaiters { waiter.resume(throwing: failure) }
    connectWaiters = []
    if calls.values.allSatisfy({ $0.result != nil }) {
      if case .connecting = state { state = .idle }
      if case .connected(let connection) = state { retire(connection.id) }
    }
    guard isClosed else { return }
    let waiters = closeWaiters
    closeWaiters = []
    for waiter in waiters { waiter.resume() }
  }
}
