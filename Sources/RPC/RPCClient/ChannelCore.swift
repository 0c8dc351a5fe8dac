internal import EventLoop
internal import RPCCore

/// What a channel and its calls' handles ask for, on the channel's loop.
actor ChannelCore {
  nonisolated let loop: EventLoop
  private let router: Router
  /// Those that somebody still holds.
  private var calls: [ObjectIdentifier: CallState] = [:]
  private var lastWatcher: UInt64 = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(loop: EventLoop, configuration: ClientConfiguration) throws {
    self.loop = loop
    router = try Router(loop: loop, configuration: configuration)
  }
}

/// What a `Call` asks for.
extension ChannelCore {
  func open(_ method: MethodDescriptor, _ options: CallOptions) -> Call {
    let call = CallState(method, options, router: router)
    calls[ObjectIdentifier(call)] = call
    let handle = Call(core: self, CallReference(call))
    if let parent = options.parent { handle.follow(parent) }
    router.start(call)
    return handle
  }

  /// `compressed`: as the call's options say when nil.
  func send(_ reference: CallReference, _ message: [UInt8], compressed: Bool?) async throws {
    let call = reference.call
    try call.send(message, compressed: compressed)
    guard call.mustWait else { return }
    try await withCheckedThrowingContinuation { call.wait($0) }
  }

  func finishSending(_ reference: CallReference) throws {
    try reference.call.finishSending()
  }

  func receive(_ reference: CallReference) async throws -> [UInt8]? {
    try await withCheckedThrowingContinuation { reference.call.receive($0) }
  }

  func headers(_ reference: CallReference) async -> Metadata {
    await withCheckedContinuation { reference.call.awaitHead($0) }
  }

  func cancel(_ reference: CallReference) {
    reference.call.abandon(RPCError(.cancelled, "the call was cancelled"))
  }

  /// The handle is gone.
  func forget(_ reference: CallReference) {
    calls[ObjectIdentifier(reference.call)] = nil
    reference.call.abandon(RPCError(.cancelled, "the call was dropped"))
  }
}

/// What a `Channel` asks for.
extension ChannelCore {
  func state(connecting: Bool) -> ConnectivityState {
    if connecting { router.connect() }
    return router.state
  }

  func stateChange(from known: ConnectivityState) async throws -> ConnectivityState {
    lastWatcher += 1
    let id = lastWatcher
    return try await withTaskCancellationHandler {
      try Task.checkCancellation()
      return try await withCheckedThrowingContinuation {
        router.watchers.wait(id, from: known, now: router.state, $0)
      }
    } onCancel: {
      loop.execute { self.assumeIsolated { $0.router.watchers.cancel(id) } }
    }
  }

  func connect() async throws {
    if router.state == .ready { return }
    guard !router.closing.hasBegun else { throw RPCError.channelClosed }
    try await withCheckedThrowingContinuation {
      router.watchers.waitForConnection($0)
      router.connect()
      router.resetBackoff()
    }
  }

  func close(grace: Duration) async {
    loop.schedule(after: grace) { [weak self] in self?.assumeIsolated { $0.endAll() } }
    await withCheckedContinuation { router.close($0) }
  }

  private func endAll() {
    for call in calls.values { call.abandon(.channelClosed) }
    router.shutDown()
  }
}
