internal import RPCCore
internal import Synchronization

/// One call between a client and a handler of the same process: both of its ends.
final class InMemoryCall: ClientCall {
  private struct State {
    var headers: Metadata?
    var headerWaiters: [CheckedContinuation<Metadata, Never>] = []
    var trailers = Metadata()
    var isEnded = false
    var task: Task<Void, Never>?
    var alarm: UInt64?
    var watch: CancellationWatch?
  }

  private let context: RPCContext
  private let clock: VirtualClock
  private let requests: MessagePipe
  private let responses: MessagePipe
  private let state = Mutex(State())

  init(context: RPCContext, clock: VirtualClock, capacity: Int) {
    self.context = context
    self.clock = clock
    requests = MessagePipe(capacity: capacity)
    responses = MessagePipe(capacity: capacity)
  }

  // MARK: Life

  /// Runs the handler in a task of its own; a call whose deadline has passed is not begun.
  func start(_ run: @escaping MethodHandler.Run) {
    if let deadline = context.deadline {
      let alarm = clock.schedule(at: deadline) { [weak self] in self?.deadlinePassed() }
      state.withLock { $0.alarm = alarm }
    }
    guard !state.withLock({ $0.isEnded }) else { return }
    let task = Task {
      do {
        try await run(context, ServerEnd(call: self))
        finish(nil)
      } catch {
        finish(RPCError(converting: error, requestID: context.requestID))
      }
    }
    let isLate = state.withLock { state in
      state.task = task
      return state.isEnded
    }
    if isLate { task.cancel() }
  }

  /// The call ends when the one does for which it is made.
  func follow(_ parent: RPCContext) {
    let watch = parent.whenCancelled { [weak self] in self?.cancel() }
    state.withLock { $0.watch = watch }
  }

  /// The call ends with the handler's outcome.
  private func finish(_ error: RPCError?) {
    var trailers = context.trailers
    if let error { trailers.add(contentsOf: error.metadata) }
    guard markEnded(trailers) else { return }
    requests.end(RPCError(.cancelled, "the call has ended"), discarding: true)
    var told = error
    told?.cause = nil
    told?.metadata = trailers
    responses.end(told)
  }

  private func deadlinePassed() {
    abort(RPCError(.deadlineExceeded, "the deadline passed before the call was done"))
  }

  /// The call ends from outside: both sides see `error` at once, the handler is cancelled.
  private func abort(_ error: RPCError) {
    guard markEnded(Metadata()) else { return }
    context.markCancelled()
    requests.end(error, discarding: true)
    responses.end(error, discarding: true)
    state.withLock { $0.task }?.cancel()
  }

  private func markEnded(_ trailers: Metadata) -> Bool {
    let initial = context.initialMetadata
    let (isFirst, alarm) = state.withLock { state in
      guard !state.isEnded else { return (false, nil as UInt64?) }
      state.isEnded = true
      state.trailers = trailers
      return (true, state.alarm)
    }
    if let alarm { clock.cancel(alarm) }
    if isFirst { announce(initial) }
    return isFirst
  }

  // MARK: The client's end

  func finishSending() async throws { requests.end() }

  func headers() async throws -> Metadata {
    await withCheckedContinuation { continuation in
      let known = state.withLock { state in
        if state.headers == nil { state.headerWaiters.append(continuation) }
        return state.headers
      }
      if let known { continuation.resume(returning: known) }
    }
  }

  var trailers: Metadata { state.withLock { $0.trailers } }

  func cancel() { abort(RPCError(.cancelled, "the client gave the call up")) }

  func receive() async throws -> [UInt8]? { try await responses.receive() }

  func send(_ message: [UInt8]) async throws { try await requests.send(message) }

  // MARK: The handler's end

  fileprivate func receiveRequest() async throws -> [UInt8]? { try await requests.receive() }

  fileprivate func sendResponse(_ message: [UInt8]) async throws {
    sendHead(Metadata())
    try await responses.send(message)
  }

  fileprivate func sendHead(_ metadata: Metadata) {
    guard state.withLock({ $0.headers == nil && !$0.isEnded }) else { return }
    if !metadata.isEmpty { context.initialMetadata.add(contentsOf: metadata) }
    announce(context.initialMetadata)
  }

  /// The headers are known, once.
  private func announce(_ headers: Metadata) {
    let waiters: [CheckedContinuation<Metadata, Never>] = state.withLock { state in
      guard state.headers == nil else { return [] }
      state.headers = headers
      defer { state.headerWaiters = [] }
      return state.headerWaiters
    }
    for waiter in waiters { waiter.resume(returning: headers) }
  }
}

/// The port a handler gets.
private final class ServerEnd: MessagePort {
  private let call: InMemoryCall

  init(call: InMemoryCall) { self.call = call }

  func receive() async throws -> [UInt8]? { try await call.receiveRequest() }

  func send(_ message: [UInt8]) async throws { try await call.sendResponse(message) }

  func sendHeaders(_ metadata: Metadata) async throws { call.sendHead(metadata) }
}
