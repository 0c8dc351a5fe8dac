internal import EventLoop
internal import RPCCore

/// One call in the server: the port its handler uses, and what ends it from outside.
///
/// Open → ended. It ends once: the handler returned (`finished`), the edge gave up on the call
/// (`end`: deadline, broken request), or the peer is gone (`peerGone`). The handler's task may
/// outlive the end; it then finds its port throwing. Subclasses put messages on a wire.
///
/// Confined to `loop`: the async entries hop there when they are called elsewhere.
class CallPort: MessagePort, @unchecked Sendable {  // confined to its loop, see above
  let loop: EventLoop
  private let server: LoopServer
  let context: RPCContext
  let entry: MethodEntry
  private let started: LoopInstant

  typealias Receiver = UnsafeContinuation<ReceivedNow, any Error>

  @exclusivity(unchecked) private var inbox = MessageQueue()
  @exclusivity(unchecked) private var requestEnded = false
  @exclusivity(unchecked) private var receiver: Receiver?
  @exclusivity(unchecked) private var senders: [UnsafeContinuation<Void, any Error>] = []
  @exclusivity(unchecked) private var worker: HandlerCrew.Worker?
  @exclusivity(unchecked) private var timer: LoopTimer?
  @exclusivity(unchecked) private var bytesIn = 0
  @exclusivity(unchecked) private var bytesOut = 0
  /// Why the port throws; set when the call ends other than by its handler.
  @exclusivity(unchecked) private(set) var failure: RPCError?
  @exclusivity(unchecked) private(set) var isEnded = false
  /// Whether the handler's task has not returned yet.
  @exclusivity(unchecked) private(set) var isRunning = false

  init(server: LoopServer, context: RPCContext, entry: MethodEntry) {
    self.server = server
    self.context = context
    self.entry = entry
    loop = server.loop
    started = loop.now
  }

  // MARK: What a wire does

  /// What the call came by, for figures and logs.
  var edge: Edge { .grpc }
  /// Puts a message on the wire's queue. On the loop; the call is open.
  func transmit(_ message: [UInt8]) throws { preconditionFailure("our bug: abstract") }
  /// Puts the response head on the wire if it is not there yet.
  func transmitHead(_ metadata: Metadata) throws { preconditionFailure("our bug: abstract") }
  /// Ends the response; `nil` is OK.
  func transmitEnd(_ error: RPCError?) { preconditionFailure("our bug: abstract") }
  /// The handler has returned and the call is off the books; called once.
  func finished() {}
  /// Whether so much is queued that senders must wait.
  var isCongested: Bool { false }
  /// Turns a message that `deliver` got into what the handler gets; called when it takes it.
  func opened(_ message: [UInt8]) throws -> [UInt8] { message }
  /// Whether messages wait in another form than the handler gets.
  var waitsWrapped: Bool { false }
  /// The handler took what was queued: credit may go back to the peer.
  func inboxDrained() {}
  /// A sender waits: call `resumeSenders()` once `isCongested` is false.
  func senderWaits() {}

  // MARK: Life, on the loop

  /// Runs the handler; the deadline is counted from the context.
  func start() {
    isRunning = true
    if let deadline = context.deadline {
      let remaining = deadline.remaining(at: Deadline(nanoseconds: UInt64(loop.now.nanoseconds)))
      timer = loop.schedule(after: remaining) { [unowned self] in deadlinePassed() }
    }
    server.crew.run(self)
  }

  /// The handler, on a task of `worker`, from beginning to end.
  final func runHandler(on worker: HandlerCrew.Worker) async {
    if let failure { return handlerReturned(failure) }
    self.worker = worker
    do {
      try await entry.handler.run(context, self)
      handlerReturned(nil)
    } catch {
      handlerReturned(error)
    }
  }

  private func deadlinePassed() {
    end(RPCError(.deadlineExceeded, "the deadline passed before the call was done"))
  }

  private func handlerReturned(_ error: (any Error)?) {
    let converted = error.map { RPCError(converting: $0, requestID: context.requestID) }
    if !isEnded {
      isEnded = true
      transmitEnd(converted)
    }
    isRunning = false
    finish(failure ?? converted)
  }

  private func finish(_ error: RPCError?) {
    timer?.cancel()
    timer = nil
    worker = nil
    inbox = MessageQueue()
    receiver?.resume(throwing: Self.over)
    receiver = nil
    if !senders.isEmpty { resumeSenders() }
    entry.meter.record(
      CallRecord(
        code: error?.code ?? .ok, edge: edge,
        nanoseconds: LoopInstant.readClock().nanoseconds - started.nanoseconds, error: error,
        bytesIn: bytesIn, bytesOut: bytesOut),
      requestID: context.appendRequestID(to:), principal: context.identity?.principal,
      to: &server.callLog.lines)
    server.callLog.lineWritten()
    finished()
  }

  /// Gives the call up and tells the peer why. Harmless when the call has ended.
  func end(_ error: RPCError) {
    guard !isEnded else { return }
    isEnded = true
    abandon(error)
    transmitEnd(error)
    if !isRunning { finish(error) }
  }

  /// The peer is gone: nothing more can be sent.
  func peerGone(_ message: String) {
    guard !isEnded else { return }
    isEnded = true
    abandon(RPCError(.cancelled, message))
    if !isRunning { finish(failure) }
  }

  private func abandon(_ error: RPCError) {
    failure = error
    context.markCancelled()
    timer?.cancel()
    worker?.cancel()
    receiver?.resume(throwing: error)
    receiver = nil
    resumeSenders()
  }

  // MARK: Requests, on the loop

  /// Whether the handler has taken every message that came.
  var isInboxEmpty: Bool { inbox.isEmpty }

  /// A message came, `size` bytes of it where that is not what the handler gets.
  func deliver(_ message: [UInt8], compressed: Bool = false, size: Int? = nil) {
    guard !isEnded else { return }
    bytesIn &+= size ?? message.count
    if let waiting = receiver {
      receiver = nil
      context.noteRequest(compressed: compressed)
      waiting.resume(returning: .message(message))
    } else {
      inbox.append(message, compressed: compressed)
    }
  }

  /// No more messages come.
  func deliverEnd() {
    requestEnded = true
    if isInboxEmpty, let waiting = receiver {
      receiver = nil
      waiting.resume(returning: .end)
    }
  }

  final func takeMessage() -> [UInt8]? {
    guard let message = inbox.popFirst() else { return nil }
    if inbox.isEmpty { inboxDrained() }
    context.noteRequest(compressed: message.compressed)
    return message.bytes
  }

  // MARK: MessagePort, any task

  final func receiveNow() throws -> ReceivedNow {
    guard loop.isCurrent, !waitsWrapped else { return .unknown }
    if let failure { throw failure }
    if let message = takeMessage() { return .message(message) }
    if requestEnded { return .end }
    if isEnded { throw Self.over }
    return .pending
  }

  /// What a task gets that outlives its call's handler.
  private static let over = RPCError(.cancelled, "the call has ended")

  // The handler's own task is cancelled by `abandon` alone, which wakes the receiver itself. To
  // register a cancellation handler costs some 1,000 instructions a message.
  final func whenReceived(_ continuation: Receiver) {
    precondition(receiver == nil, "our bug: two tasks receive from one call")
    if worker?.owns(continuation) == true {
      receiver = continuation
    } else {
      continuation.resume(returning: .unknown)
    }
  }

  @concurrent final func receive() async throws -> [UInt8]? {
    guard loop.isCurrent else { return try await onLoop { try await self.receive() } }
    if let failure { throw failure }
    if let message = takeMessage() { return waitsWrapped ? try opened(message) : message }
    if requestEnded { return nil }
    if isEnded { throw Self.over }
    var received = try await withUnsafeThrowingContinuation { whenReceived($0) }
    if case .unknown = received { received = try await waitCancellably() }
    guard case .message(let message) = received else { return nil }
    return waitsWrapped ? try opened(message) : message
  }

  final func takeOnlyMessage() -> [UInt8]? {
    guard hasOnlyMessage, !waitsWrapped else { return nil }
    return takeMessage()
  }

  /// Whether the caller, who is on the loop then, may take the request's only message.
  final var hasOnlyMessage: Bool {
    loop.isCurrent && failure == nil && requestEnded && inbox.hasOne
  }

  func takeOnlyObject() throws -> (any MessageObject)? { nil }

  var takesObjects: Bool { false }

  /// gRPC's status table has `internal`; elsewhere a client that wrote it is told so.
  final var unreadableCode: StatusCode {
    switch edge {
    case .grpc, .web: .internal
    case .connect, .rest, .webSocket: .invalidArgument
    }
  }

  /// For a task that may be cancelled while its call goes on. Nothing has come since the caller
  /// looked: it has not left the loop.
  // Out of line, so that the frame of the usual case stays small: it lives in the task's allocator.
  @inline(never) @concurrent private func waitCancellably() async throws -> ReceivedNow {
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { receiver = $0 }
    } onCancel: {
      loop.execute { [weak self] in self?.cancelReceiver() }
    }
  }

  private func cancelReceiver() {
    receiver?.resume(throwing: CancellationError())
    receiver = nil
  }

  final func send(_ message: [UInt8]) async throws {
    guard loop.isCurrent else { return try await onLoop { try await self.send(message) } }
    if let failure { throw failure }
    guard !isEnded else { throw Self.over }
    try transmit(message)
    bytesOut &+= message.count
    if isCongested { try await waitForRoom() }
  }

  final func sendNow(_ message: [UInt8]) throws -> Bool {
    guard canSendNow else { return false }
    try transmit(message)
    bytesOut &+= message.count
    return true
  }

  func sendNow(_ object: any MessageObject) throws -> Bool { false }

  /// Whether the caller is on the loop and what it sends need not wait.
  final var canSendNow: Bool { loop.isCurrent && failure == nil && !isEnded && !isCongested }

  /// Counts bytes of the response that are on no message's account.
  final func countOut(_ bytes: Int) { bytesOut &+= bytes }

  @inline(never) private func waitForRoom() async throws {
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        senders.append(continuation)
        senderWaits()
      }
    } onCancel: {
      // A cancelled sender has queued its message; it goes on and meets the cancellation later.
      loop.execute { [weak self] in self?.resumeSenders() }
    }
  }

  /// Lets every waiting sender go on, or fail when the call has.
  final func resumeSenders() {
    let waiting = senders
    senders = []
    for sender in waiting {
      if let failure { sender.resume(throwing: failure) } else { sender.resume() }
    }
  }

  final func sendHeaders(_ metadata: Metadata) async throws {
    guard loop.isCurrent else { return try await onLoop { try await self.sendHeaders(metadata) } }
    if let failure { throw failure }
    guard !isEnded else { return }
    try transmitHead(metadata)
  }

  /// The slow way for callers on another thread.
  @inline(never) private func onLoop<T: Sendable>(_ body: @escaping @Sendable () async throws -> T)
    async throws
    -> T
  {
    let task = Task(executorPreference: loop, operation: body)
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
