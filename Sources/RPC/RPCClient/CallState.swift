internal import EventLoop
internal import GRPC
internal import RPCCore
internal import Synchronization

/// One call on its loop: what was sent and received, and the attempts made of it. Loop-confined.
///
/// open (attempts come and go) → committed to one attempt (its head came, or the buffer is full) →
/// ended. What is sent is kept until then, so that another attempt can send it again.
final class CallState {
  /// Bytes one side may be ahead: of a slow server in sending, of a slow reader in receiving.
  static let bufferBytes = 64 * 1024

  let method: MethodDescriptor
  private(set) var options: CallOptions
  private(set) var deadline: Deadline?
  /// Largest response message in bytes.
  private(set) var responseLimit: Int
  /// Known before anybody who waits is told the end. Any thread may look.
  let trailers = Mutex(Metadata())
  /// How the message came that was given to the receiver last. Any thread may look.
  let wasCompressed = Atomic(false)
  /// Every call belongs to a router that lives as long as anything can reach the call.
  unowned let router: Router
  /// A call of the channel's own is reached by its connection, too, which may outlive the channel.
  private let keptRouter: Router?
  /// Whether the channel makes it for itself; it then keeps nothing alive.
  private let isOwn: Bool
  private(set) var result: Result<Void, RPCError>?
  private var deadlineTimer: LoopTimer?

  // Sending.
  private(set) var replay = ReplayBuffer()
  private(set) var hasFinishedSending = false
  private var requestLimit: Int
  private var senders: [CheckedContinuation<Void, any Error>] = []

  // Attempts.
  var recovery = CallRecovery.none
  var isCommitted = false
  var hasRetriedTransparently = false
  /// The one that runs; of hedged ones the oldest, or the winner.
  var attempt: Attempt?
  /// Other attempts that run beside it.
  var rivals: [Attempt] = []
  /// When the next attempt begins.
  var pause: LoopTimer?
  /// What a hedged call fails with if that one may not begin and no other runs.
  var lastFailure: RPCError?

  // Receiving.
  private var inbox = Inbox()
  private var receiver: CheckedContinuation<[UInt8]?, any Error>?
  private var head: Metadata?
  private var headWaiters: [CheckedContinuation<Metadata, Never>] = []

  init(_ method: MethodDescriptor, _ options: CallOptions, router: Router, isOwn: Bool = false) {
    self.isOwn = isOwn
    self.method = method
    self.options = options
    self.router = router
    keptRouter = isOwn ? router : nil
    deadline = options.deadline()
    requestLimit = options.maxRequestBytes ?? .max
    responseLimit = min(options.maxResponseBytes ?? .max, router.configuration.maxMessageBytes)
  }

  /// Whether it waits for a connection in place of failing.
  var waitsForReady: Bool { options.waitForReady ?? false }
}

/// Its beginning.
extension CallState {
  static var deadlineExceeded: RPCError {
    RPCError(.deadlineExceeded, "the call's deadline has passed")
  }

  /// Gives the call up at its deadline.
  func startDeadline() {
    deadlineTimer?.cancel()
    guard let deadline else { return }
    // The end cancels the timer, and with it this reference.
    deadlineTimer = router.loop.schedule(after: deadline.remaining()) {
      self.abandon(Self.deadlineExceeded)
    }
  }

  /// The settings of the service config for this method are known: the first attempt begins.
  func start(_ settings: MethodConfig?) {
    guard result == nil else { return }
    if let settings { apply(settings) }
    beginFirstAttempt()
  }

  /// What the caller said itself comes first; of two limits the tighter one counts.
  private func apply(_ settings: MethodConfig) {
    if options.waitForReady == nil { options.waitForReady = settings.waitForReady }
    requestLimit = min(requestLimit, settings.maxRequestBytes ?? .max)
    responseLimit = min(responseLimit, settings.maxResponseBytes ?? .max)
    recovery = CallRecovery(settings.recovery)
    guard let timeout = settings.timeout else { return }
    let latest = Deadline(timeout)
    guard deadline.map({ latest < $0 }) ?? true else { return }
    deadline = latest
    startDeadline()
  }
}

/// Sending.
extension CallState {
  /// Sends or keeps one message; the caller then waits if `mustWait` says so.
  func send(_ message: [UInt8], compressed: Bool?) throws(RPCError) {
    // A server may answer OK before it has read everything; what is left is of no use to it.
    guard try isOpen() else { return }
    guard !hasFinishedSending else {
      throw RPCError(.internal, "a message is sent after the end of the requests")
    }
    let frame = try frame(message, compressed: compressed)
    let size = frame.count - Envelope.prefixSize
    guard size <= requestLimit else {
      let error = RPCError(
        .resourceExhausted, "message is \(size) bytes; the limit is \(requestLimit)")
      abandon(error)
      throw error
    }
    guard !isCommitted else {
      attempt?.send(frame)
      return
    }
    replay.append(frame)
    attempt?.pump()
    for rival in rivals { rival.pump() }
    commitIfFull()
  }

  /// Whether the call takes messages; throws what it failed with.
  private func isOpen() throws(RPCError) -> Bool {
    if case .failure(let error) = result { throw error }
    return result == nil
  }

  private func frame(_ message: [UInt8], compressed: Bool?) throws(RPCError) -> [UInt8] {
    guard let usual = options.compressesRequests, compressed ?? usual else {
      return Envelope.frame(message)
    }
    return Envelope.frame(try Compression.compress(message, as: .gzip), compressed: true)
  }

  func finishSending() throws(RPCError) {
    if case .failure(let error) = result { throw error }
    guard !hasFinishedSending else { return }
    hasFinishedSending = true
    attempt?.finish()
    for rival in rivals { rival.finish() }
  }

  /// Whether a sender has to wait for the server or for a connection.
  var mustWait: Bool {
    guard result == nil else { return false }
    guard let attempt else { return replay.bytes > Self.bufferBytes }
    // Each one is asked, as each one then tells when it has room again.
    return rivals.reduce(attempt.mustWait(above: Self.bufferBytes)) { all, rival in
      rival.mustWait(above: Self.bufferBytes) && all
    }
  }

  func wait(_ sender: CheckedContinuation<Void, any Error>) { senders.append(sender) }

  /// The server, or a new connection, takes more.
  func didDrain() {
    let waiting = senders
    senders = []
    for sender in waiting { sender.resume() }
  }

  /// An attempt has a stream, and all that was sent so far.
  func didAttach(_ attempt: Attempt) {
    commitIfFull()
    if !mustWait { didDrain() }
  }

  /// Lets what was sent go: nobody will need it again.
  func dropReplay() { replay.removeAll() }
}

/// Receiving.
extension CallState {
  func receive(_ waiting: CheckedContinuation<[UInt8]?, any Error>) {
    guard receiver == nil else {
      return waiting.resume(throwing: RPCError(.internal, "two tasks receive from one call"))
    }
    receiver = waiting
    deliver()
  }

  /// Resumes with the head, or with nothing once the call has ended without; why, `receive` tells.
  func awaitHead(_ waiting: CheckedContinuation<Metadata, Never>) {
    headWaiters.append(waiting)
    tellHead()
  }

  func take(head metadata: Metadata) {
    head = metadata
    tellHead()
  }

  func enqueue(_ message: ReceivedMessage) { inbox.append(message) }

  /// Gives the receiver what there is. The server may send more unless the reader is behind; the
  /// bytes of a message that is not complete count as read, so that one larger than the window can
  /// arrive.
  func deliver() {
    defer { if inbox.bytes <= Self.bufferBytes { attempt?.giveCredit() } }
    guard let waiting = receiver else { return }
    if let message = inbox.popFirst() {
      receiver = nil
      wasCompressed.store(message.wasCompressed, ordering: .relaxed)
      waiting.resume(returning: message.bytes)
    } else if let result {
      receiver = nil
      switch result {
      case .success: waiting.resume(returning: nil)
      case .failure(let error): waiting.resume(throwing: error)
      }
    }
  }

  private func tellHead() {
    guard !headWaiters.isEmpty, head != nil || result != nil else { return }
    let waiting = headWaiters
    headWaiters = []
    for waiter in waiting { waiter.resume(returning: head ?? Metadata()) }
  }
}

/// Its end.
extension CallState {
  /// This side gives the call up; messages that were not read are worth nothing.
  func abandon(_ error: RPCError) {
    guard result == nil else { return }
    inbox.removeAll()
    end(.failure(error), trailers: error.metadata)
  }

  /// Ends the call, once, and every attempt of it that still runs.
  func end(_ result: Result<Void, RPCError>, trailers last: Metadata) {
    guard self.result == nil else { return }
    self.result = result
    if !last.isEmpty { trailers.withLock { $0 = last } }
    deadlineTimer?.cancel()
    deadlineTimer = nil
    stopAttempts()
    tellHead()
    deliver()
    let waiting = senders
    senders = []
    for sender in waiting {
      if let failure = result.failure { sender.resume(throwing: failure) } else { sender.resume() }
    }
    if !isOwn { router.callEnded(self) }
  }
}

extension Result {
  var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
