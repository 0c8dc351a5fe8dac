internal import EventLoop
internal import HTTP
internal import RPCCore

/// A call that came in an HTTP request of any version, its messages as they come: what gRPC-Web and
/// Connect share. Subclasses put the messages on the wire.
class EdgeCall: CallPort, RequestResponder, @unchecked Sendable {  // as its superclass
  let response: ExchangeResponse
  let limits: ServerLimits
  private let kind: Edge
  private let metrics: ServerMetrics
  private var whenDone: (() -> Void)?
  /// Bytes that came and whose credit waits for the handler.
  private var heldCredit = 0
  /// What messages that wait for the handler hold, what the one it has holds when that came
  /// compressed, and what of all is booked with the connection.
  private var waitingBytes = 0
  private var inflatedBytes = 0
  private var bookedBytes = 0
  private(set) var isBodyWhole = false
  /// Since when the rest of what the client has begun is awaited.
  var waitingSince: LoopInstant

  /// What a message in the inbox costs beside its bytes.
  private static let messageOverhead = 64

  /// `whenDone` is called once, when nothing runs for the call any more.
  init(
    server: LoopServer, context: RPCContext, entry: MethodEntry, edge: Edge,
    response: ExchangeResponse, whenDone: @escaping () -> Void
  ) {
    self.response = response
    self.whenDone = whenDone
    kind = edge
    metrics = server.metrics
    limits = server.limits
    waitingSince = server.loop.now
    super.init(server: server, context: context, entry: entry)
  }

  // MARK: What a protocol does

  /// Takes body bytes: delivers the messages they complete, or ends the call.
  func takeBody(_ bytes: UnsafeRawBufferPointer) { preconditionFailure("our bug: abstract") }
  /// The body is whole: delivers the end, or ends the call.
  func takeEnd() { preconditionFailure("our bug: abstract") }
  /// Bytes of a message that has come in part.
  var partialBytes: Int { preconditionFailure("our bug: abstract") }
  /// Lets go of such a message: the call is over, and nothing is booked for it any more.
  func dropPartial() { preconditionFailure("our bug: abstract") }
  /// Whether the client owes us something, so that `bodyTimeout` counts.
  var isOwed: Bool { !isBodyWhole }

  // MARK: What a protocol calls

  /// Gives the handler a message of the request.
  final func take(_ message: [UInt8], compressed: Bool) {
    deliver(message, compressed: compressed)
    if !isInboxEmpty { waitingBytes += message.count + Self.messageOverhead }
  }

  /// A message that came compressed is `count` bytes now: its sender paid for less, so it stays booked
  /// until the next one or the end. Throws when that is too much.
  final func inflated(_ count: Int) throws(RPCError) {
    inflatedBytes = count
    book()
    if let failure { throw failure }
  }

  /// Ends the call for what its client sent.
  final func refuse(_ error: RPCError) {
    if error.code == .resourceExhausted, !isEnded { metrics.streamEnded(.messageSize) }
    end(error)
  }

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
    if isInboxEmpty || isEnded { inboxDrained() } else { book() }
  }

  final func endBody() {
    guard !isBodyWhole else { return }
    isBodyWhole = true
    guard !isEnded else { return }
    takeEnd()
    book()
  }

  /// Tells the connection what this call holds, and gives the call up when that is too much.
  private func book() {
    guard !isEnded else { return }
    let held = waitingBytes + partialBytes + inflatedBytes
    let change = held - bookedBytes
    guard change != 0 else { return }
    bookedBytes = held
    if response.stream.memory.add(change) || change < 0 { return }
    metrics.streamEnded(.requestMemory)
    end(RPCError(.resourceExhausted, "too much waits on this connection for its handlers"))
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
    waitingBytes = 0
    book()
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
    dropPartial()
    _ = response.stream.memory.add(-bookedBytes)
    bookedBytes = 0
    whenDone?()
    whenDone = nil
  }
}
