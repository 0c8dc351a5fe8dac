internal import EventLoop
internal import HTTP
internal import HTTP2
internal import TLS

/// One accepted connection: socket, TLS, and the driver of the protocol its first bytes name.
///
/// handshaking → sniffing → driven → closed. Output is gathered and written once what was read has
/// been dealt with, else before the loop sleeps. Loop-confined; its `LoopServer` keeps it alive until
/// it is closed.
final class Connection: BeforeSleepHook {
  private let server: LoopServer
  private let stream: TCPStream
  private let ticket: Admission.Ticket
  /// The client's address as text. Personal data.
  let peer: String
  private let tls: TLSSession?
  /// Reused by the TLS part.
  @exclusivity(unchecked) var plaintext: [UInt8] = []
  @exclusivity(unchecked) var ciphertext: [UInt8] = []
  @exclusivity(unchecked) private var driver: (any ConnectionDriver)?
  private var sniffed: [UInt8] = []
  @exclusivity(unchecked) private var output: [UInt8] = []
  @exclusivity(unchecked) private var flushScheduled = false
  /// Whether what was read is being dealt with; `settled` comes when it is.
  @exclusivity(unchecked) private var isReading = false
  @exclusivity(unchecked) private var isHandshaking = true
  @exclusivity(unchecked) private var closesAfterFlush = false
  @exclusivity(unchecked) private var lingersUntil: LoopInstant?
  @exclusivity(unchecked) private var peerHasEnded = false
  private var drainReason: String?
  /// Bytes given to the socket so far, and whether the peer takes them.
  private var written = 0
  private var stall = StallWatch()
  /// Bytes of answers that wait for the peer, in the driver and in the socket, as last booked.
  @exclusivity(unchecked) private(set) var heldBytes = 0
  private let opened: LoopInstant
  @exclusivity(unchecked) private(set) var isClosed = false

  /// While so much waits in the socket, nothing more is framed: it could not be taken back.
  private static let socketQueue = 256 * 1024
  /// How long a client may take to close its side after an answer that ended the connection.
  private static let linger = Duration.seconds(2)

  init(
    server: LoopServer, stream: TCPStream, peer: SocketAddress?, ticket: Admission.Ticket
  ) throws {
    self.server = server
    self.stream = stream
    self.ticket = ticket
    self.peer = peer?.description ?? ""
    opened = server.loop.now
    if let context = server.core.configuration.tls {
      tls = try TLSSession(server: context)
    } else {
      tls = nil
    }
  }

  var scheme: String { tls == nil ? "http" : "https" }

  var now: LoopInstant { server.loop.now }

  var pendingWriteBytes: Int { stream.pendingWriteBytes }

  func start() {
    stream.onRead = { [unowned self] bytes in receive(bytes) }
    stream.onSettled = { [unowned self] in settled() }
    stream.onEnd = { [unowned self] error in error == nil ? ended() : closed() }
    stream.onDrain = { [unowned self] in drained() }
    stream.start()
  }

  /// The first request head, or the client's SETTINGS, arrived: the connection is in use.
  func handshakeDone() { isHandshaking = false }

  func pauseReading() { stream.pauseReading() }

  func resumeReading() { stream.resumeReading() }

  // MARK: Input

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    isReading = true
    guard lingersUntil == nil else { return }
    guard let tls else { return receivePlain(bytes) }
    receiveCiphertext(bytes, tls)
  }

  func receivePlain(_ bytes: UnsafeRawBufferPointer) {
    guard !isClosed else { return }
    if let driver { return driver.receive(bytes) }
    sniffed.append(contentsOf: bytes)
    guard let version = version(of: sniffed) else { return }
    adopt(version)
    let first = sniffed
    sniffed = []
    first.withUnsafeBytes { driver?.receive($0) }
  }

  /// HTTP/2 over TLS needs ALPN to say so (RFC 9113, 3.2).
  private func version(of bytes: [UInt8]) -> Sniffer.Version? {
    Sniffer.version(of: bytes, alpn: tls.map { $0.negotiatedProtocol ?? "http/1.1" })
  }

  private func adopt(_ version: Sniffer.Version) {
    do {
      switch version {
      case .http2: driver = try HTTP2Connection(server: server, shell: self)
      case .http1: driver = HTTP1Connection(server: server, shell: self)
      }
    } catch {
      close()
    }
    if let drainReason { driver?.beginDrain(drainReason) }
  }

  func ended() {
    peerHasEnded = true
    guard let driver, lingersUntil == nil else { return close() }
    driver.receiveEnd()
  }

  // MARK: Output

  /// Has `takeOutput` of the driver called, before the loop sleeps at the latest.
  func scheduleFlush() {
    guard !flushScheduled, !isClosed else { return }
    flushScheduled = true
    if !isReading { server.loop.beforeSleep(self) }
  }

  /// Answers leave before the next connection is read: with many busy ones they would wait for all.
  private func settled() {
    isReading = false
    flushIfScheduled()
  }

  func loopWillSleep() { flushIfScheduled() }

  private func flushIfScheduled() {
    guard flushScheduled else { return }
    flushScheduled = false
    flush()
  }

  private func flush() {
    guard !isClosed, let driver else { return }
    if stream.pendingWriteBytes < Self.socketQueue {
      output.removeAll(keepingCapacity: true)
      driver.takeOutput(into: &output)
      if !output.isEmpty { send(output) }
      if driver.hasOutput { scheduleFlushWhenWritable() }
    }
    if driver.isFinished || (closesAfterFlush && !driver.hasOutput) { endGracefully() }
    if !isClosed { book(driver.untakenBytes + stream.pendingWriteBytes) }
  }

  private func book(_ waiting: Int) {
    guard waiting != heldBytes else { return }
    let change = waiting - heldBytes
    heldBytes = waiting
    server.book(answers: change)
  }

  /// Too much waits on the loop, and most of it here.
  func cutForMemory() {
    cut(.responseMemory)
    close()
  }

  private func scheduleFlushWhenWritable() {
    if stream.pendingWriteBytes == 0 { scheduleFlush() }
  }

  private func send(_ bytes: [UInt8]) {
    guard let tls else { return write(bytes) }
    sendEncrypted(bytes, tls)
  }

  /// Gives bytes to the socket as they are.
  func write(_ bytes: [UInt8]) {
    written &+= bytes.count
    stream.write(bytes)
  }

  func tlsFailed() { cut(.tlsFailed) }

  /// Books that the peer is being cut off, and why.
  func cut(_ reason: EndReason, detail: String = "") {
    server.metrics.connectionEnded(reason, detail: detail)
    if reason.isAbuse { server.core.admission.strike(ticket, at: now) }
  }

  private func drained() {
    driver?.transportDrained()
    scheduleFlush()
    guard lingersUntil != nil else { return }
    if peerHasEnded { close() } else { stream.shutdownWrite() }
  }

  /// Closes once what the driver has queued is out.
  func closeAfterFlush() {
    closesAfterFlush = true
    scheduleFlush()
  }

  /// Our side ends; a client that has not ended its own gets a moment for that, so that a reset does
  /// not eat what it has not read yet.
  private func endGracefully() {
    guard lingersUntil == nil, !isClosed else { return }
    lingersUntil = server.loop.now.advanced(by: Self.linger)
    if let tls { sendCloseNotify(tls) }
    stream.shutdownWrite()
    driver?.transportLost()
    if peerHasEnded, stream.pendingWriteBytes == 0 { close() }
  }

  // MARK: WebSocket

  /// Hands the connection to a WebSocket. `pending` goes out first; `unread` came early.
  func becomeWebSocket(pending: [UInt8], unread: [UInt8], _ user: WebSocketUser) {
    let made = try? WebSocketConnection(server: server, shell: self, pending: pending)
    guard let driver = made else { return close() }
    self.driver = driver
    stream.resumeReading()
    driver.open(for: user)
    if !unread.isEmpty { unread.withUnsafeBytes { driver.receive($0) } }
    scheduleFlush()
  }

  // MARK: Time and the end

  func tick(_ now: LoopInstant) {
    if isStalled(now) {
      cut(.stalledConnection)
      return close()
    }
    if let lingersUntil {
      if now >= lingersUntil, stream.pendingWriteBytes == 0 { close() }
      return
    }
    if isHandshaking, opened.duration(to: now) > server.limits.handshakeTimeout {
      cut(.handshakeTimeout)
      return close()
    }
    driver?.tick(now)
  }

  private func isStalled(_ now: LoopInstant) -> Bool {
    let pending = stream.unsentBytes
    return stall.isStalled(
      0, sent: written - pending, pending: pending, now, server.limits.stallTimeout)
  }

  func beginDrain(_ reason: String) {
    drainReason = reason
    driver?.beginDrain(reason)
  }

  func cancelCalls() { driver?.cancelCalls() }

  /// Closes at once; what runs for the client is cancelled.
  func close() {
    guard !isClosed else { return }
    stream.close()
    closed()
  }

  private func closed() {
    guard !isClosed else { return }
    isClosed = true
    driver?.transportLost()
    driver = nil
    book(0)
    server.core.admission.release(ticket)
    server.connectionClosed(self)
  }
}
