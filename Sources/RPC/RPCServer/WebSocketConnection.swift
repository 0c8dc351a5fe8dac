internal import EventLoop
internal import WebSocket

/// A connection that has become a WebSocket: passes bytes between the socket and the channel.
///
/// A silent peer is pinged, and given up when it stays silent. Loop-confined.
final class WebSocketConnection: ConnectionDriver {
  private(set) var channel: WebSocketChannel
  private let shell: Connection
  private let loop: EventLoop
  private let output: Output
  private var lastReceived: LoopInstant
  private var pinged = false
  private var closingSince: LoopInstant?
  private var isPaused = false

  /// Silence after which the peer is pinged, and after which it is given up.
  private static let pingAfter = Duration.seconds(20)
  private static let patience = Duration.seconds(60)
  /// While more waits to be sent, nothing is read.
  private static let queueLimit = 256 * 1024
  /// How long the peer may take to answer a close frame.
  private static let closeTimeout = Duration.seconds(5)

  /// What the channel wrote and the socket has not been given; outlives nobody.
  private final class Output {
    var bytes: [UInt8]
    var isEnded = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }
  }

  init(shell: Connection, loop: EventLoop, pending: [UInt8], maxMessage: Int) throws {
    self.shell = shell
    self.loop = loop
    let output = Output(pending)
    self.output = output
    lastReceived = loop.now
    let session = try WebSocketSession(role: .server, maxMessage: maxMessage)
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

  // MARK: ConnectionDriver

  func receive(_ bytes: UnsafeRawBufferPointer) {
    lastReceived = shell.now
    pinged = false
    let wasOpen = channel.isOpen
    channel.receive(bytes)
    if wasOpen, let code = channel.violation {
      shell.cut(.webSocketViolation, detail: "\(code)")
    }
    // Every ping is answered: a peer that sends and does not read is not read either.
    if channel.bufferedBytes > Self.queueLimit {
      isPaused = true
      shell.pauseReading()
    }
  }

  func receiveEnd() {
    channel.transportClosed()
    shell.close()
  }

  func takeOutput(into target: inout [UInt8]) {
    swap(&target, &output.bytes)
    output.bytes.removeAll(keepingCapacity: true)
    guard isPaused else { return }
    // The socket may take all of it at once, and then says nothing.
    let connection = LoopConfined(self)
    loop.execute { connection.value.transportDrained() }
  }

  var hasOutput: Bool { !output.bytes.isEmpty }

  var isFinished: Bool { output.isEnded && output.bytes.isEmpty }

  func transportDrained() {
    guard isPaused, channel.bufferedBytes <= Self.queueLimit else { return }
    isPaused = false
    shell.resumeReading()
  }

  func transportLost() { channel.transportClosed() }

  func tick(_ now: LoopInstant) {
    if !channel.isOpen, closingSince == nil { closingSince = now }
    if let closingSince, closingSince.duration(to: now) > Self.closeTimeout { return receiveEnd() }
    let silence = lastReceived.duration(to: now)
    if silence > Self.patience {
      shell.cut(.silentWebSocket)
      return receiveEnd()
    }
    if silence > Self.pingAfter, !pinged {
      pinged = true
      channel.ping()
    }
  }

  /// An open WebSocket is a call in progress: it is left alone until the grace is over.
  func beginDrain(_ reason: String) {}

  func cancelCalls() { channel.close(code: 1001, reason: "the server is shutting down") }
}
