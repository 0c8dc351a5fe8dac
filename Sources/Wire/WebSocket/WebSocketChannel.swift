/// One open WebSocket as its user sees it.
///
/// States: open → closing (a close frame was sent) → closed (`onClose` was called). Confined to one
/// loop. Its I/O owner feeds `receive`, tells `transportClosed`, and carries out the three closures;
/// it should stop reading while `bufferedBytes` is large, since pings are answered at once.
package final class WebSocketChannel {
  private enum State {
    case open
    case closing
    case closed(WebSocketCloseReason)
  }

  private let session: WebSocketSession
  private var write: (([UInt8]) -> Void)?
  private var endTransport: (() -> Void)?
  private let pendingBytes: () -> Int
  private var state = State.open
  /// What arrived before anybody listened, with its size.
  private var early: [WebSocketMessage] = []
  private var earlyBytes = 0

  /// More than this before `onMessage` is set closes the channel.
  private static let earlyLimit = 1 << 20

  /// Called with each message, in order. Messages that came before it was set are given to it then.
  package var onMessage: ((WebSocketMessage) -> Void)? {
    didSet { deliverEarly() }
  }

  /// Called with the payload of each pong.
  package var onPong: (([UInt8]) -> Void)?

  /// Called exactly once, after the last message; at once when it is set on a closed channel, so set
  /// `onMessage` before it.
  package var onClose: ((WebSocketCloseReason) -> Void)? {
    didSet {
      if case .closed(let reason) = state { report(reason) }
    }
  }

  /// A channel over `session`. `write` sends bytes, `pendingBytes` counts those the kernel has not
  /// taken, `endTransport` closes the connection when what was written is out.
  package init(
    session: WebSocketSession, write: @escaping ([UInt8]) -> Void,
    pendingBytes: @escaping () -> Int, endTransport: @escaping () -> Void
  ) {
    self.session = session
    self.write = write
    self.pendingBytes = pendingBytes
    self.endTransport = endTransport
  }

  /// Bytes sent and not yet taken by the kernel.
  package var bufferedBytes: Int { pendingBytes() }

  /// Bytes that a message of the peer holds which has come in part; its owner books them.
  package var partialBytes: Int { session.partialBytes }

  /// Whether messages can still be sent.
  package var isOpen: Bool {
    if case .open = state { true } else { false }
  }

  /// Whether `onClose` was called or waits to be set.
  package var isClosed: Bool {
    if case .closed = state { true } else { false }
  }

  /// The code the channel was closed with when the peer broke a rule; nil otherwise.
  package private(set) var violation: UInt16?

  /// Sends a message; dropped unless the channel is open.
  package func send(_ message: WebSocketMessage) {
    guard isOpen else { return }
    session.send(message)
    flush()
  }

  /// Sends a ping without a payload.
  package func ping() {
    guard isOpen else { return }
    session.ping()
    flush()
  }

  /// Begins the close handshake; no message is delivered any more. The owner bounds its duration
  /// and calls `transportClosed` when the peer does not answer.
  package func close(code: UInt16 = 1000, reason: String = "") {
    guard isOpen else { return }
    state = .closing
    session.close(code: code, reason: reason)
    flush()
  }

  /// Ends the transport at once without a close frame; `onClose` tells 1006.
  package func abort() {
    finish(.transportBroke, endsTransport: true)
  }

  /// From the owner: bytes of the peer.
  package func receive(_ bytes: UnsafeRawBufferPointer) {
    guard !isClosed else { return }
    var ending: WebSocketCloseReason?
    unsafe session.receive(bytes) { event in
      switch event {
      case .message(let message): deliver(message)
      case .ping: break
      case .pong(let payload): onPong?(payload)
      case .close(let reason): ending = reason
      }
    }
    flush()
    violation = session.violation
    if let ending { finish(ending, endsTransport: true) }
  }

  /// From the owner: the transport has ended. Later calls do nothing.
  package func transportClosed() {
    finish(.transportBroke, endsTransport: false)
  }

  private func deliver(_ message: WebSocketMessage) {
    guard isOpen else { return }
    if let onMessage { return onMessage(message) }
    early.append(message)
    earlyBytes += message.bytes.count
    if earlyBytes > Self.earlyLimit { close(code: 1008, reason: "nobody listens") }
  }

  private func deliverEarly() {
    guard let onMessage, !early.isEmpty else { return }
    let waiting = early
    early = []
    earlyBytes = 0
    for message in waiting { onMessage(message) }
  }

  private func flush() {
    var output: [UInt8] = []
    session.takeOutput(into: &output)
    if !output.isEmpty { write?(output) }
  }

  private func finish(_ reason: WebSocketCloseReason, endsTransport: Bool) {
    guard !isClosed else { return }
    state = .closed(reason)
    let end = endTransport
    // The closures hold the owner; let go of it.
    endTransport = nil
    write = nil
    if endsTransport { end?() }
    report(reason)
  }

  private func report(_ reason: WebSocketCloseReason) {
    guard let tell = onClose else { return }
    onClose = nil
    onMessage = nil
    onPong = nil
    tell(reason)
  }
}
