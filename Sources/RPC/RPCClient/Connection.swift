internal import EventLoop
internal import GRPC
internal import HTTP
internal import HTTP2
internal import RPCCore
internal import TLS

/// One HTTP/2 connection of a channel. Loop-confined; tells its channel what became of it by id.
///
/// starting (until the server's settings) → ready → draining (no new calls) → closed. Frames asked
/// for during one iteration of the loop leave together at its end.
final class Connection: BeforeSleepHook {
  /// Bytes the kernel may owe us before no more frames are made.
  private static let writeLimit = 512 * 1024
  /// Stream numbers from here on are left to a new connection.
  private static let lastStreamID: HTTP2StreamID = 0x6000_0000

  let id: UInt64
  private let stream: TCPStream
  private let session: HTTP2Session
  private let tls: TLSSession?
  private let configuration: ClientConfiguration
  private weak var core: ChannelCore?
  private let loop: EventLoop

  private var calls: [HTTP2StreamID: CallState] = [:]
  private var isReady = false
  private var isDraining = false
  private var isClosed = false
  /// The server's limit for one header block.
  private var headerListLimit = Int.max
  /// Why the server takes no more calls, in its own words.
  private var goodbye: String?
  private var isFlushScheduled = false
  private var output: [UInt8] = []
  private var startTimer: LoopTimer?
  private var keepalive: Keepalive?

  init(
    _ id: UInt64, _ stream: TCPStream, tls: TLSSession?,
    configuration: ClientConfiguration, core: ChannelCore
  ) throws {
    self.id = id
    self.stream = stream
    self.tls = tls
    self.configuration = configuration
    self.core = core
    loop = core.loop
    var settings = HTTP2Configuration()
    settings.maxConcurrentStreams = 0
    session = try HTTP2Session(role: .client, configuration: settings)
  }

  /// Begins to talk; `didBecomeReady` or `didFail` of the channel follows.
  func start() {
    stream.onRead = { [weak self] in self?.read($0) }
    stream.onEnd = { [weak self] error in
      self?.fail(RPCError(.unavailable, "the server closed the connection", cause: error))
    }
    stream.onDrain = { [weak self] in self?.scheduleFlush() }
    startTimer = loop.schedule(after: configuration.connectTimeout) { [weak self] in
      self?.fail(RPCError(.unavailable, "the server sent no http/2 settings in time"))
    }
    stream.start()
    scheduleFlush()
  }
}

/// What calls do.
extension Connection {
  /// Opens a stream for a call and sends what the call holds. Throws kind `closing` when another
  /// connection is needed.
  func begin(_ call: CallState) throws(HTTP2Error) {
    guard !isClosed, !isDraining else { throw HTTP2Error(.closing, "the connection is closing") }
    let fields = ClientRequest.fields(
      call.options.metadata, remaining: call.options.deadline?.remaining(),
      userAgent: configuration.userAgent,
      encoding: call.options.compressesRequests == nil ? .identity : .gzip)
    let head = HTTPRequestHead(
      method: "POST", target: call.method.path, scheme: configuration.scheme,
      authority: configuration.authorityText, headers: fields)
    let list = HTTP2Fields(request: head)
    guard list.listSize <= headerListLimit else {
      return call.abandon(
        RPCError(
          .internal,
          "the call's headers are \(list.listSize) bytes; the server takes \(headerListLimit)"))
    }
    let stream = try session.submitRequest(list)
    calls[stream] = call
    call.attach(self, stream)
    scheduleFlush()
    if stream >= Self.lastStreamID { core?.assumeIsolated { [id] in $0.retire(id) } }
  }

  func submit(_ frame: [UInt8], of call: CallState) throws(HTTP2Error) {
    try session.submitData(call.stream, frame)
    scheduleFlush()
  }

  func finish(_ call: CallState) throws(HTTP2Error) {
    try session.submitData(call.stream, [], endStream: true)
    scheduleFlush()
  }

  func reset(_ call: CallState, _ code: HTTP2ErrorCode) {
    session.resetStream(call.stream, code)
    scheduleFlush()
  }

  /// Whether the call's stream is not yet over in both directions.
  func isOpen(_ call: CallState) -> Bool { session.isOpen(call.stream) }

  func consume(_ call: CallState, _ count: Int) {
    session.consume(call.stream, count: count)
    scheduleFlush()
  }

  /// Whether the call's queue is above `limit`; if so, `didDrain` follows at half of that.
  func notifyDrained(_ call: CallState, above limit: Int) -> Bool {
    session.pendingSend(call.stream) > limit
      && session.notifyDrained(call.stream, atOrBelow: limit / 2)
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
    if isDraining, calls.isEmpty { shutDown() }
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
    case .settings: becomeReady()
    case .headers(let id, let block, let kind, let endStream):
      let status = block.text(.status).flatMap { Int($0) } ?? 0
      calls[id]?.didReceive(
        head: status, block, isTrailers: kind == .trailers, endStream: endStream)
    case .headerListTooLarge(let id, _):
      calls[id]?.abandon(RPCError(.resourceExhausted, "the answer's headers are over the limit"))
    case .data(let id, let bytes, let endStream):
      calls[id]?.didReceive(data: bytes, endStream: endStream)
    case .notSent(let id): if let call = calls.removeValue(forKey: id) { sendElsewhere(call) }
    case .streamClosed(let id, let code): streamClosed(id, code)
    case .drained(let id): calls[id]?.didDrain()
    case .goAway(_, let code, let debug): didReceiveGoAway(code, debug)
    case .pingAcknowledged: keepalive?.didAnswer()
    case .reset, .settingsAcknowledged, .ping, .abuse, .violation: break
    }
  }

  private func didReceiveGoAway(_ code: HTTP2ErrorCode, _ debug: String) {
    goodbye = "the server said GOAWAY, \(code)" + (debug.isEmpty ? "" : ", \(debug)")
    core?.assumeIsolated { [id] in $0.retire(id) }
    for (stream, call) in calls where !session.hasSentHead(stream) && session.isOpen(stream) {
      calls[stream] = nil
      session.resetStream(stream, .cancel)
      sendElsewhere(call)
    }
  }

  /// A call that never left this side.
  private func sendElsewhere(_ call: CallState) {
    call.connection = nil
    let id = call.id
    core?.assumeIsolated { $0.wasRefused(id, neverSent: true) }
  }

  private func becomeReady() {
    headerListLimit = Int(session.peerMaxHeaderListSize)
    guard !isReady else { return }
    isReady = true
    startTimer?.cancel()
    if let interval = configuration.keepaliveInterval {
      keepalive = Keepalive(interval: interval, timeout: configuration.keepaliveTimeout)
      watch()
    }
    core?.assumeIsolated { [id] in $0.didBecomeReady(id) }
  }

  private func streamClosed(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) {
    guard let call = calls.removeValue(forKey: stream) else { return }
    call.connection = nil
    if code == .refusedStream, call.result == nil {
      let id = call.id
      core?.assumeIsolated { $0.wasRefused(id, neverSent: false) }
    } else {
      call.didClose(code)
    }
    if isDraining { scheduleFlush() }
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
    let lost = calls
    calls = [:]
    for (stream, call) in lost {
      if session.hasSentHead(stream) || !session.isOpen(stream) {
        call.connection = nil
        call.connectionLost(goodbye ?? error.message)
      } else {
        sendElsewhere(call)
      }
    }
    core?.assumeIsolated { [id, isReady] in
      $0.didClose(id, isReady ? nil : error)
    }
  }

  private func watch() {
    guard let wait = keepalive?.nextCheck(at: loop.now) else { return }
    keepalive?.timer = loop.schedule(after: wait) { [weak self] in self?.checkKeepalive() }
  }

  private func checkKeepalive() {
    guard !isClosed else { return }
    switch keepalive?.check(at: loop.now, hasCalls: !calls.isEmpty) {
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
