internal import EventLoop
internal import HTTP
internal import RPCCore

/// A call that came in an HTTP request of any version, its messages as they come: what gRPC-Web and
/// Connect share. Subclasses put the messages on the wire.
class EdgeCall: CallPort, RequestResponder, @unchecked Sendable {  // as its superclass
  let response: ExchangeResponse
  let limits: ServerLimits
  private let kind: Edge
  private var whenDone: (() -> Void)?
  /// Bytes that came and whose credit waits for the handler.
  private var heldCredit = 0
  private(set) var isBodyWhole = false
  /// Since when the rest of what the client has begun is awaited.
  var waitingSince: LoopInstant

  /// `whenDone` is called once, when nothing runs for the call any more.
  init(
    server: LoopServer, context: RPCContext, entry: MethodEntry, edge: Edge,
    response: ExchangeResponse, whenDone: @escaping () -> Void
  ) {
    self.response = response
    self.whenDone = whenDone
    kind = edge
    limits = server.limits
    waitingSince = server.loop.now
    super.init(server: server, context: context, entry: entry)
  }

  // MARK: What a protocol does

  /// Takes body bytes: delivers the messages they complete, or ends the call.
  func takeBody(_ bytes: UnsafeRawBufferPointer) { preconditionFailure("our bug: abstract") }
  /// The body is whole: delivers the end, or ends the call.
  func takeEnd() { preconditionFailure("our bug: abstract") }
  /// Whether the client owes us something, so that `bodyTimeout` counts.
  var isOwed: Bool { !isBodyWhole }

  // MARK: RequestResponder

  func begin() {
    if let deadline = context.deadline, deadline.remaining() == .zero {
      return end(RPCError(.deadlineExceeded, "the deadline passed before the call began"))
    }
    start()
  }

  final func receiveBody(_ bytes: UnsafeRawBufferPointer) {
    if !isEnded { takeBody(bytes) }
    // A message larger than the window must still fit through: credit is held only while a whole
    // message waits for its handler.
    heldCredit += bytes.count
    if isInboxEmpty || isEnded { inboxDrained() }
  }

  final func endBody() {
    guard !isBodyWhole else { return }
    isBodyWhole = true
    if !isEnded { takeEnd() }
  }

  final func drained() { resumeSenders() }

  final func peerGone() { peerGone("the client gave the call up") }

  final func cancel() { end(RPCError(.unavailable, "the server is shutting down")) }

  final func tick(_ now: LoopInstant) {
    guard isOwed, !isEnded, waitingSince.duration(to: now) > limits.bodyTimeout else { return }
    end(RPCError(.deadlineExceeded, "the request took too long to come"))
  }

  // MARK: CallPort

  final override var edge: Edge { kind }

  final override func inboxDrained() {
    guard heldCredit > 0 else { return }
    let credit = heldCredit
    heldCredit = 0
    response.stream.consumed(credit)
  }

  final override var isCongested: Bool { response.stream.queuedBytes > limits.streamQueueSize }

  final override func senderWaits() {
    let half = limits.streamQueueSize / 2
    if !response.stream.notifyDrained(atOrBelow: half) { resumeSenders() }
  }

  final override func finished() {
    whenDone?()
    whenDone = nil
  }
}
