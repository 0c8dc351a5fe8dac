internal import GRPC
internal import RPCCore
internal import Synchronization

/// One call between a client and a handler of the same process: both of its ends.
final class InMemoryCall: ClientCall {
  private struct State {
    var streams: StreamPair
    var headers: Metadata?
    var headerWaiters: [CheckedContinuation<Metadata, Never>] = []
    var trailers = Metadata()
    var isEnded = false
    var lastResponseWasCompressed = false
    var task: Task<Void, Never>?
    var alarm: UInt64?
    var watch: CancellationWatch?
  }

  private let context: RPCContext
  private let clock: VirtualClock
  private let compressesRequests: Bool
  private let requests: MessagePipe
  private let responses: MessagePipe
  private let state: Mutex<State>

  init(
    _ streams: StreamPair, context: RPCContext, clock: VirtualClock, capacity: Int,
    compressesRequests: Bool
  ) {
    self.context = context
    self.clock = clock
    self.compressesRequests = compressesRequests
    requests = MessagePipe(capacity: capacity)
    responses = MessagePipe(capacity: capacity)
    state = Mutex(State(streams: streams))
  }

  // MARK: Life

  /// Runs the handler in a task of its own; a call whose `deadline`, the client's own, has passed is
  /// not begun.
  func start(deadline: Deadline?, _ run: @escaping MethodHandler.Run) {
    if let deadline {
      let alarm = clock.schedule(at: deadline) { [weak self] in self?.deadlinePassed() }
      state.withLock { $0.alarm = alarm }
    }
    if let problem = state.withLock({ $0.streams.problem }) { finish(problem) }
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

  /// The server ends the call; the client sees what the trailers say.
  private func finish(_ error: RPCError?) {
    let (sent, alarm) = state.withLock { state in
      guard !state.isEnded, let sent = state.streams.finish(error, context) else {
        return (nil as (headers: Metadata?, end: StreamPair.End)?, nil as UInt64?)
      }
      state.isEnded = true
      state.trailers = sent.end.trailers
      return (sent, state.alarm)
    }
    if let alarm { clock.cancel(alarm) }
    guard let sent else { return }
    announce(sent.headers ?? Metadata())
    // A client that still sends hears why the call has ended.
    requests.end(
      sent.end.error ?? RPCError(.cancelled, "the call has ended"), discarding: true)
    responses.end(sent.end.error)
  }

  private func deadlinePassed() {
    abort(RPCError(.deadlineExceeded, "the deadline passed before the call was done"))
  }

  /// The call ends from outside: both sides see `error` at once, the handler is cancelled.
  private func abort(_ error: RPCError) {
    let (isFirst, alarm, task) = state.withLock { state in
      guard !state.isEnded else { return (false, nil as UInt64?, nil as Task<Void, Never>?) }
      state.isEnded = true
      state.streams.abandon(error)
      return (true, state.alarm, state.task)
    }
    if let alarm { clock.cancel(alarm) }
    guard isFirst else { return }
    announce(Metadata())
    context.markCancelled()
    requests.end(error, discarding: true)
    responses.end(error, discarding: true)
    task?.cancel()
  }

  // MARK: The client's end

  func send(_ message: [UInt8]) async throws {
    try await send(message, compressed: compressesRequests)
  }

  func send(_ message: [UInt8], compressed: Bool) async throws {
    let arrival: StreamPair.Arrival
    do {
      arrival = try state.withLock { try $0.streams.request(message, compressed: compressed) }
    } catch let error as RPCError {
      abort(error)
      throw error
    }
    try await deliver(arrival)
  }

  func finishSending() async throws {
    try await deliver(state.withLock { $0.streams.endRequests() })
    requests.end()
  }

  /// Gives the handler what came; a stream that breaks a rule ends the call.
  private func deliver(_ arrival: StreamPair.Arrival) async throws {
    for message in arrival.messages { try await requests.send(message) }
    guard let failure = arrival.failure else { return }
    finish(failure)
    context.markCancelled()
    state.withLock { $0.task }?.cancel()
  }

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

  var lastResponseWasCompressed: Bool { state.withLock { $0.lastResponseWasCompressed } }

  func cancel() { abort(RPCError(.cancelled, "the client gave the call up")) }

  func receive() async throws -> [UInt8]? {
    guard let message = try await responses.receive() else { return nil }
    state.withLock { $0.lastResponseWasCompressed = message.wasCompressed }
    return message.bytes
  }

  // MARK: The handler's end

  fileprivate func receiveRequest() async throws -> [UInt8]? {
    guard let message = try await requests.receive() else { return nil }
    context.noteRequest(compressed: message.wasCompressed)
    return try state.withLock { $0.streams }.opened(message)
  }

  fileprivate func sendResponse(_ message: [UInt8]) async throws {
    sendHead(Metadata())
    let arrival = try state.withLock { try $0.streams.respond(message, context) }
    for message in arrival.messages { try await responses.send(message) }
    if let failure = arrival.failure { abort(failure) }
  }

  fileprivate func sendHead(_ metadata: Metadata) {
    guard state.withLock({ $0.headers == nil && !$0.isEnded }) else { return }
    if !metadata.isEmpty { context.initialMetadata.add(contentsOf: metadata) }
    let headers = state.withLock { state in
      state.isEnded ? nil : state.streams.respondHead(context)
    }
    if let headers { announce(headers) }
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
