internal import EventLoop
internal import WebSocket

/// A connection that has become a WebSocket: passes bytes between the socket and the channel.
///
/// Loop-confined.
final class WebSocketConnection: ConnectionDriver, WebSocketCarrier {
  private let channel: WebSocketChannel
  private let shell: Connection
  private let server: LoopServer
  private let output: Output
  private var call: WebSocketCall?
  private var liveness: WebSocketLiveness
  /// Whether nothing is read because too much waits to be sent, or because the call says so.
  private var isPaused = false
  private var isHeld = false
  private var drainMark: Int?
  private var partial = PartialMessage()

  /// While more waits to be sent, nothing is read: every ping is answered.
  private static let queueLimit = 256 * 1024

  /// What the channel wrote and the socket has not been given; outlives nobody.
  private final class Output {
    var bytes: [UInt8]
    var isEnded = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }
  }

  /// `pending` goes out first.
  init(server: LoopServer, shell: Connection, pending: [UInt8]) throws {
    self.shell = shell
    self.server = server
    let output = Output(pending)
    self.output = output
    liveness = WebSocketLiveness(openedAt: server.loop.now)
    let session = try WebSocketSession(
      role: .server, maxMessage: server.limits.webSocketMessageSize)
    channel = WebSocketChannel(
      session: session,
      write: { [weak shell] bytes in
        output.bytes += bytes
        shell?.scheduleFlush()
      },
      pendingBytes: { [weak shell] in output.bytes.count + (shell?.pendingWriteBytes ?? 0) },
      endTransport: { [weak shell] in
        output.isEnded = true
        shell?.scheduleFlush()
      })
  }

  /// Hands the channel to who uses it.
  func open(for user: WebSocketUser) {
    call = user.open(channel, on: self, loop: server.loop)
  }

  // MARK: ConnectionDriver

  func receive(_ bytes: UnsafeRawBufferPointer) {
    liveness.received(at: shell.now)
    let wasOpen = channel.isOpen
    channel.receive(bytes)
    if wasOpen, let code = channel.violation {
      shell.cut(.webSocketViolation, detail: "\(code)")
    }
    bookPartial()
    if channel.bufferedBytes > Self.queueLimit {
      isPaused = true
      shell.pauseReading()
    }
  }

  private func bookPartial() {
    // What is left of a message that was refused comes all the same.
    guard !partial.book(partialBytes, in: memory), channel.isOpen else { return }
    server.metrics.streamEnded(.requestMemory)
    PartialMessage.refuse(call, channel)
  }

  private var partialBytes: Int { shell.isClosed ? 0 : channel.partialBytes }

  func receiveEnd() {
    channel.transportClosed()
    shell.close()
  }

  func takeOutput(into target: inout [UInt8]) {
    swap(&target, &output.bytes)
    output.bytes.removeAll(keepingCapacity: true)
    guard isPaused || drainMark != nil else { return }
    // The socket may take all of it at once, and then says nothing.
    let connection = LoopConfined(self)
    server.loop.execute { connection.value.transportDrained() }
  }

  var untakenBytes: Int { output.bytes.count }

  var hasOutput: Bool { !output.bytes.isEmpty }

  var isFinished: Bool { output.isEnded && output.bytes.isEmpty }

  func transportDrained() {
    let waiting = channel.bufferedBytes
    if isPaused, waiting <= Self.queueLimit {
      isPaused = false
      if !isHeld { shell.resumeReading() }
    }
    if let mark = drainMark, waiting <= mark {
      drainMark = nil
      call?.drained()
    }
  }

  func transportLost() {
    channel.transportClosed()
    _ = partial.book(0, in: memory)
  }

  func tick(_ now: LoopInstant) {
    call?.tick(now)
    if isHeld { liveness.received(at: now) }
    switch liveness.tick(now, isOpen: channel.isOpen, isFlushed: channel.bufferedBytes == 0) {
    case .nothing: break
    case .ping: channel.ping()
    case .closeTimedOut: receiveEnd()
    case .silent:
      shell.cut(.silentWebSocket)
      receiveEnd()
    }
  }

  /// An open WebSocket is a call in progress: it is left alone until the grace is over.
  func beginDrain(_ reason: String) {}

  func cancelCalls() {
    if let call { return call.cancel() }
    channel.close(code: 1001, reason: "the server is shutting down")
  }

  // MARK: WebSocketCarrier

  func holdInput() {
    isHeld = true
    shell.pauseReading()
  }

  func resumeInput() {
    isHeld = false
    if !isPaused { shell.resumeReading() }
  }

  func notifyDrained(atOrBelow mark: Int) {
    drainMark = mark
    shell.scheduleFlush()
  }

  func messageCame() { _ = partial.book(partialBytes, in: memory) }

  var memory: MemoryMeter { server.memory }
}
