internal import EventLoop
internal import GRPC
internal import HTTP
internal import HTTP2
internal import RPCCore
internal import TLS

/// One HTTP/2 connection to one address. Loop-confined; tells its subchannel what became of it.
///
/// starting (until the server's settings) → ready → draining (no new calls) → closed. Frames asked
/// for during one iteration of the loop leave together at its end.
final class Connection: BeforeSleepHook {
  /// Bytes the kernel may owe us before no more frames are made.
  private static let writeLimit = 512 * 1024
  /// Stream numbers from here on are left to a new connection.
  private static let lastStreamID: HTTP2StreamID = 0x6000_0000

  private let stream: TCPStream
  private let session: HTTP2Session
  private let tls: TLSSession?
  private let configuration: ClientConfiguration
  private let authority: String
  private let loop: EventLoop
  /// Keeps it until it is closed.
  private weak var router: Router?
  /// Hears of what concerns new calls; gone when the address is no longer used.
  private weak var owner: Subchannel?

  private var attempts: [HTTP2StreamID: Attempt] = [:]
  private(set) var isReady = false
  private var isDraining = false
  private var isClosed = false
  private var isFlushScheduled = false
  private var output: [UInt8] = []
  private var startTimer: LoopTimer?
  private var keepalive: Keepalive?
  /// The server's limits for the streams we have open and for one header block.
  private var streamLimit = 0
  private var headerListLimit = Int.max
  /// Why the server takes no more calls, in its own words.
  private var goodbye: String?

  init(
    _ stream: TCPStream, tls: TLSSession?, keepaliveInterval: Duration?,
    router: Router, owner: Subchannel
  ) throws {
    self.stream = stream
    self.tls = tls
    configuration = router.configuration
    authority = configuration.authorityText
    loop = router.loop
    self.router = router
    self.owner = owner
    if let keepaliveInterval {
      keepalive = Keepalive(
        interval: keepaliveInterval, timeout: configuration.keepaliveTimeout,
        withoutCalls: configuration.keepaliveWithoutCalls)
      // Bytes on their way keep a ping from being answered just as a dead server does (gRFC A18).
      stream.setUserTimeout(configuration.keepaliveTimeout)
    }
    var settings = HTTP2Configuration()
    settings.maxConcurrentStreams = 0
    // What waits here are our own calls, however many begin at once.
    settings.abuse.outboundQueue = .max
    session = try HTTP2Session(role: .client, configuration: settings)
  }

  /// Begins to talk; the owner hears of its readiness or its end.
  func start(timeout: Duration) {
    stream.onRead = { [weak self] in self?.read($0) }
    stream.onEnd = { [weak self] error in
      self?.fail(RPCError(.unavailable, "the server closed the connection", cause: error))
    }
    stream.onDrain = { [weak self] in self?.scheduleFlush() }
    startTimer = loop.schedule(after: timeout) { [weak self] in
      self?.fail(RPCError(.unavailable, "the server sent no http/2 settings in time"))
    }
    stream.start()
    scheduleFlush()
  }
}

/// What attempts do.
extension Connection {
  /// Whether another call may begin: it takes calls, and the server's limit is not reached.
  var hasRoom: Bool { !isDraining && !isClosed && attempts.count < streamLimit }

  /// Opens a stream for an attempt and sends what its call holds. Throws kind `closing` when another
  /// connection is needed.
  func begin(_ attempt: Attempt) throws(HTTP2Error) {
    guard !isClosed, !isDraining else { throw HTTP2Error(.closing, "the connection is closing") }
    let call = attempt.call
    let fields = ClientRequest.fields(
      call.options.metadata, remaining: call.deadline?.remaining(),
      userAgent: configuration.userAgent,
      encoding: call.options.compressesRequests == nil ? .identity : .gzip,
      previousAttempts: attempt.previous)
    let list = HTTP2Fields(
      request: HTTPRequestHead(
        method: "POST", target: call.method.path, scheme: configuration.scheme,
        authority: authority, headers: fields))
    guard list.listSize <= headerListLimit else {
      return attempt.fail(
        RPCError(
          .internal,
          "the call's headers are \(list.listSize) bytes; the server takes \(headerListLimit)"))
    }
    let stream = try session.submitRequest(list)
    attempts[stream] = attempt
    if keepalive?.willBegin(at: loop.now) ?? false { session.ping(0) }
    attempt.attach(self, stream)
    scheduleFlush()
    if stream >= Self.lastStreamID { owner?.retire(self) }
  }

  func submit(_ frame: [UInt8], of attempt: Attempt) throws(HTTP2Error) {
    try session.submitData(attempt.stream, frame)
    scheduleFlush()
  }

  func finish(_ attempt: Attempt) throws(HTTP2Error) {
    try session.submitData(attempt.stream, [], endStream: true)
    scheduleFlush()
  }

  func reset(_ attempt: Attempt, _ code: HTTP2ErrorCode) {
    session.resetStream(attempt.stream, code)
    scheduleFlush()
  }

  /// Whether the attempt's stream is not yet over in both directions.
  func isOpen(_ attempt: Attempt) -> Bool { session.isOpen(attempt.stream) }

  func consume(_ attempt: Attempt, _ count: Int) {
    session.consume(attempt.stream, count: count)
    scheduleFlush()
  }

  /// Whether the attempt's queue is above `limit`; if so, `didDrain` follows at half of that.
  func notifyDrained(_ attempt: Attempt, above limit: Int) -> Bool {
    session.pendingSend(attempt.stream) > limit
      && session.notifyDrained(attempt.stream, atOrBelow: limit / 2)
  }
}

/// Bytes in and out.
extension Connection {
  private func read(_ bytes: UnsafeRawBufferPointer) {
    keepalive?.didRead(at: loop.now)
    guard let tls else { return receive(bytes) }
    var plain: [UInt8] = []
    do throws(TLSError) {
      try tls.receiveCiphertext(bytes, into: &plain)
    } catch {
      writeCiphertext()
      return fail(RPCError(.unavailable, "tls with the server failed", cause: error))
    }
    if tls.state == .open, tls.negotiatedProtocol != "h2" {
      return fail(RPCError(.unavailable, "the server does not speak http/2 over tls"))
    }
    plain.withUnsafeBytes { receive($0) }
    // Nothing can come any more, whatever becomes of TCP.
    if tls.state == .closed { fail(RPCError(.unavailable, "the server closed the connection")) }
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    guard !isClosed else { return }
    do throws(HTTP2Error) {
      let now = Duration.nanoseconds(loop.now.nanoseconds)
      try session.receive(bytes, now: now) { handle($0) }
    } catch {
      flush()
      fail(RPCError(.unavailable, "http/2 with the server failed", cause: error))
    }
    scheduleFlush()
  }

  private func scheduleFlush() {
    guard !isFlushScheduled, !isClosed else { return }
    isFlushScheduled = true
    loop.beforeSleep(self)
  }

  func loopWillSleep() {
    isFlushScheduled = false
    flush()
    if isDraining, attempts.isEmpty { shutDown() }
    if !isClosed, session.isFinished {
      fail(RPCError(.unavailable, "the http/2 connection has ended"))
    }
  }

  private func flush() {
    guard !isClosed, isTransportOpen else { return writeCiphertext() }
    do throws(HTTP2Error) {
      while stream.pendingWriteBytes < Self.writeLimit {
        var frames = output
        output = []
        frames.removeAll(keepingCapacity: true)
        try session.takeOutput(into: &frames) { handle($0) }
        if frames.isEmpty { break }
        if tls == nil { stream.write(frames) } else { try? tls?.send(frames) }
        writeCiphertext()
        output = frames
      }
      writeCiphertext()
    } catch {
      fail(RPCError(.unavailable, "http/2 with the server failed", cause: error))
    }
  }

  private var isTransportOpen: Bool { tls.map { $0.state == .open } ?? true }

  private func writeCiphertext() {
    guard !isClosed, let tls, tls.hasCiphertext else { return }
    var bytes: [UInt8] = []
    tls.takeCiphertext(into: &bytes)
    stream.write(bytes)
  }
}

/// What the server did.
extension Connection {
  private func handle(_ event: HTTP2Event) {
    switch event {
    case .settings: didReceiveSettings()
    case .headers(let id, let block, let kind, let endStream):
      let status = block.text(.status).flatMap { Int($0) } ?? 0
      attempts[id]?.didReceive(
        head: status, block, isTrailers: kind == .trailers, endStream: endStream)
    case .headerListTooLarge(let id, _):
      attempts[id]?.fail(
        RPCError(.resourceExhausted, "the answer's headers are over the limit"))
    case .data(let id, let bytes, let endStream):
      attempts[id]?.didReceive(data: bytes, endStream: endStream)
    case .notSent(let id): notSent(id)
    case .streamClosed(let id, let code): streamClosed(id, code)
    case .drained(let id): attempts[id]?.didDrain()
    case .goAway(_, let code, let debug): didReceiveGoAway(code, debug)
    case .pingAcknowledged: keepalive?.didAnswer()
    case .reset, .settingsAcknowledged, .ping, .abuse, .violation: break
    }
  }

  private func didReceiveSettings() {
    streamLimit = Int(session.peerMaxConcurrentStreams)
    headerListLimit = Int(session.peerMaxHeaderListSize)
    guard !isReady else {
      owner?.hasRoom(self)
      return
    }
    isReady = true
    startTimer?.cancel()
    watch()
    owner?.didBecomeReady(self)
  }

  private func didReceiveGoAway(_ code: HTTP2ErrorCode, _ debug: String) {
    goodbye = "the server said GOAWAY, \(code)" + (debug.isEmpty ? "" : ", \(debug)")
    if code == .enhanceYourCalm, debug == "too_many_pings" { router?.didPingTooOften() }
    owner?.retire(self)
    for (stream, attempt) in attempts where isUnsent(stream) {
      attempts[stream] = nil
      session.resetStream(stream, .cancel)
      attempt.wasNeverSent()
    }
  }

  private func isUnsent(_ stream: HTTP2StreamID) -> Bool {
    session.isOpen(stream) && !session.hasSentHead(stream)
  }

  private func notSent(_ stream: HTTP2StreamID) {
    guard let attempt = attempts.removeValue(forKey: stream) else { return }
    attempt.wasNeverSent()
    didFreeStream()
  }

  private func streamClosed(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) {
    guard let attempt = attempts.removeValue(forKey: stream) else { return }
    attempt.didClose(code)
    didFreeStream()
  }

  /// Another attempt may begin, or a connection that takes none may be closed.
  private func didFreeStream() {
    if isDraining { scheduleFlush() } else { owner?.hasRoom(self) }
  }
}

/// The end.
extension Connection {
  /// Takes no new calls, and closes after the last one.
  func drain() {
    isDraining = true
    scheduleFlush()
  }

  /// Says goodbye and closes.
  func shutDown() {
    guard !isClosed else { return }
    session.goAway(lastStream: 0, .noError)
    flush()
    stream.onEnd = nil
    stream.closeAfterWriting()
    close(RPCError(.unavailable, "the connection was closed"))
  }

  private func fail(_ error: RPCError) {
    guard !isClosed else { return }
    stream.close()
    close(error)
  }

  private func close(_ error: RPCError) {
    guard !isClosed else { return }
    isClosed = true
    startTimer?.cancel()
    keepalive?.stop()
    let lost = attempts
    attempts = [:]
    router?.forget(self)
    owner?.didClose(self, error)
    for (stream, attempt) in lost {
      if isUnsent(stream) {
        attempt.wasNeverSent()
      } else {
        attempt.connectionLost(goodbye ?? error.message)
      }
    }
  }

  private func watch() {
    guard let wait = keepalive?.nextCheck(at: loop.now) else { return }
    keepalive?.timer = loop.schedule(after: wait) { [weak self] in self?.checkKeepalive() }
  }

  private func checkKeepalive() {
    guard !isClosed else { return }
    switch keepalive?.check(at: loop.now, hasCalls: !attempts.isEmpty) {
    case .sendPing?:
      session.ping(0)
      scheduleFlush()
      watch()
    case .giveUp?: fail(RPCError(.unavailable, "the server did not answer a keepalive ping"))
    case .wait?: watch()
    case nil: break
    }
  }
}
