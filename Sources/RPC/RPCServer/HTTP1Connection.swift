internal import EventLoop
internal import HTTP
internal import HTTP1
internal import RPCCore
internal import Transcoding
internal import WebSocket

/// One HTTP/1.1 connection of a client: one exchange after another, pipelined requests in order.
///
/// between requests → in a head → in an exchange (body and answer overlap) → between requests, or
/// closed. Confined to its loop.
final class HTTP1Connection: ConnectionDriver, ResponseStream {
  private let server: LoopServer
  private let shell: Connection
  private var parser: RequestParser
  private var output: [UInt8] = []
  private var exchange: (any RequestResponder)?
  /// Body bytes given to the exchange that it has not taken.
  private var unconsumed = 0
  private var minorVersion = 1
  private var keepsAlive = true
  private var isRequestWhole = true
  private var isHead = false
  private var hasBody = false
  private var isChunked = false
  private var isHeadSent = false
  private var isAnswered = false
  private var isPumping = false
  private var isUpgrading = false
  private var isDraining = false
  /// Whether anything was received: the connection is made for bytes that are there already.
  private var hasBegun = false
  /// Whether the next request waits until the client has read more.
  private var isHeld = false
  private var drainMark: Int?
  /// Whether nothing more is read or answered; what is queued still leaves.
  private var hasEnded = false
  /// Since when the connection waits for a request, or for the rest of a head.
  private var waitingSince: LoopInstant
  private var running = 0

  /// More than this waits unread in our memory only while the kernel still hands it over.
  private static let pipelineLimit = 64 * 1024
  /// Body bytes that may wait for the exchange before nothing more is read.
  private static let bodyWindow = 64 * 1024

  init(server: LoopServer, shell: Connection) {
    self.server = server
    self.shell = shell
    var limits = HTTP1Limits()
    limits.headers = server.limits.headerListSize
    parser = RequestParser(limits: limits)
    waitingSince = server.loop.now
  }

  var untakenBytes: Int { output.count }

  var hasOutput: Bool { !output.isEmpty }

  /// The socket may be too full to take the rest of the last answer at once.
  var isFinished: Bool { hasEnded && output.isEmpty }

  // MARK: Requests

  func receive(_ bytes: UnsafeRawBufferPointer) {
    guard !hasEnded else { return }
    hasBegun = true
    if exchange == nil, parser.isIdle { waitingSince = server.loop.now }
    parser.receive(bytes)
    pump()
    if isHeld || parser.bufferedBytes > Self.pipelineLimit { shell.pauseReading() }
  }

  func receiveEnd() {
    guard !hasEnded else { return }
    // A half-closed client may still wait for the answer to its last request.
    if exchange == nil, !isUpgrading { return finish() }
    keepsAlive = false
    if !isRequestWhole { shell.close() }
  }

  private func pump() {
    guard !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    do throws(HTTP1Error) {
      while !hasEnded, !isUpgrading, unconsumed <= Self.bodyWindow {
        if isAnswered, isRequestWhole {
          // A client that sends requests and reads no answers is not served on.
          isHeld = queuedBytes > server.limits.streamQueueSize
          if isHeld { break }
          nextRequest()
        }
        guard let event = try parser.next() else { break }
        handle(event)
      }
    } catch {
      refuse(error)
    }
    if unconsumed > Self.bodyWindow {
      shell.pauseReading()
    } else if !isHeld, !isUpgrading {
      shell.resumeReading()
    }
  }

  /// Goes on to a request that waited for the answers before it to leave.
  private func pumpIfHeld() {
    if isHeld, !hasEnded { pump() }
  }

  private func handle(_ event: RequestParser.Event) {
    switch event {
    case .head(let head): begin(head)
    case .body(let bytes):
      unconsumed += bytes.count
      bytes.withUnsafeBytes { exchange?.receiveBody($0) }
    case .end:
      isRequestWhole = true
      exchange?.endBody()
    }
  }

  private func begin(_ head: RequestParser.Head) {
    shell.handshakeDone()
    minorVersion = head.minorVersion
    keepsAlive = head.keepsAlive && !isDraining
    isRequestWhole = false
    isHead = head.request.method == "HEAD"
    hasBody = head.contentLength != 0
    isHeadSent = false
    isAnswered = false
    var request = head.request
    request.scheme = shell.scheme
    // An upgrade of HTTP/1.0, or one with a body, is none (RFC 9110, 7.8).
    if WebSocketHandshake.isUpgrade(request), minorVersion >= 1, !hasBody, upgrade(request) {
      return
    }
    answer(by: dispatch(request).responder())
    if head.expectsContinue, !isAnswered {
      try? HTTP1Writer.appendHead(
        HTTPResponseHead(status: .continue), body: .none, to: &output)
      shell.scheduleFlush()
    }
  }

  private func dispatch(_ request: HTTPRequestHead) -> RequestDispatch {
    RequestDispatch(server: server, head: request, peer: shell.peer, stream: self) {
      [weak self] in self?.exchangeFinished()
    }
  }

  private func answer(by responder: any RequestResponder) {
    running += 1
    unconsumed = 0
    exchange = responder
    responder.begin()
  }

  private func exchangeFinished() { running -= 1 }

  private func nextRequest() {
    // Whoever goes on behind its answer must not speak in the next one.
    exchange?.peerGone()
    exchange = nil
    guard keepsAlive else { return finish() }
    isAnswered = false
    isHeadSent = false
    waitingSince = server.loop.now
    parser.beginNextRequest()
  }

  /// Answers a request that is no HTTP, and closes.
  private func refuse(_ error: HTTP1Error, as reason: EndReason? = nil) {
    let kind: EndReason = error.kind == .tooLarge ? .http1TooLarge : .http1Malformed
    shell.cut(reason ?? kind, detail: error.message)
    exchange?.peerGone()
    exchange = nil
    keepsAlive = false
    if !isHeadSent {
      let head = HTTPResponseHead(
        status: error.status,
        headers: ["content-type": "application/json", "date": server.httpDate])
      let body = server.rest.failure(
        RPCError(Self.code(error.status), error.message), status: error.status.rawValue
      ).body
      try? HTTP1Writer.appendHead(head, body: .length(body.count), closes: true, to: &output)
      output += body
    }
    finish()
  }

  private static func code(_ status: HTTPStatus) -> StatusCode {
    switch status {
    case .requestTimeout: .deadlineExceeded
    case .contentTooLarge: .resourceExhausted
    case .notImplemented, .versionNotSupported: .unimplemented
    default: .invalidArgument
    }
  }

  private func finish() {
    hasEnded = true
    shell.scheduleFlush()
  }

  // MARK: WebSocket

  /// False when nothing at the path opens WebSockets.
  private func upgrade(_ request: HTTPRequestHead) -> Bool {
    let upgrade = WebSocketUpgrade(head: request, isExtendedConnect: false, peer: shell.peer)
    switch upgrade.decide(server) {
    case .none: return false
    case .answer(let answer): decided(answer, request)
    case .ask(let handler, let question):
      isUpgrading = true
      let box = LoopConfined(self)
      Task(executorPreference: server.executor) {
        let verdict = await handler(question)
        box.value.decided(upgrade.answer(verdict), request)
      }
    }
    return true
  }

  private func decided(_ answer: WebSocketUpgrade.Answer, _ request: HTTPRequestHead) {
    guard !hasEnded, !shell.isClosed else { return }
    switch answer {
    case .open(let head, let user):
      isUpgrading = true
      try? HTTP1Writer.appendHead(head, body: .none, to: &output)
      let rest = parser.takeRemainder()
      shell.becomeWebSocket(pending: output, unread: rest, user)
      output = []
    case .refuse(let response):
      isUpgrading = false
      self.answer(by: dispatch(request).refusal(response))
      pump()
    }
  }

  // MARK: ResponseStream

  func sendHead(_ head: HTTPResponseHead, end: Bool) {
    guard !isHeadSent else { return }
    isHeadSent = true
    // An answer before the request has ended leaves bytes in the way of the next one.
    if (hasBody && !isRequestWhole) || isDraining { keepsAlive = false }
    guard let body = self.body(of: head, end: end) else { return refuseVersion() }
    do throws(HTTPError) {
      try HTTP1Writer.appendHead(head, body: body, closes: !keepsAlive, to: &output)
    } catch {
      var plain = HTTPResponseHead(status: .internalServerError)
      plain.headers.add("content-type", "text/plain")
      keepsAlive = false
      try? HTTP1Writer.appendHead(plain, body: .none, closes: true, to: &output)
    }
    shell.scheduleFlush()
    if end { answered() }
  }

  private func body(of head: HTTPResponseHead, end: Bool) -> HTTP1Writer.Body? {
    isChunked = false
    if let text = head.headers["content-length"], let length = Int(text) { return .length(length) }
    // The head of a stream says to a HEAD what it says to a GET: chunks (RFC 9112, 6.1).
    if end, !isHead || head.status.forbidsBody { return HTTP1Writer.Body.none }
    guard minorVersion >= 1 else { return nil }
    isChunked = true
    return .chunked
  }

  /// A streamed answer needs chunks, which HTTP/1.0 does not have.
  private func refuseVersion() {
    keepsAlive = false
    exchange?.peerGone()
    let head = HTTPResponseHead(status: .versionNotSupported)
    try? HTTP1Writer.appendHead(head, body: .none, closes: true, to: &output)
    shell.scheduleFlush()
    answered()
  }

  func sendBody(_ bytes: [UInt8], end: Bool) {
    guard isHeadSent, !isAnswered else { return }
    if isChunked {
      HTTP1Writer.appendChunk(bytes, to: &output)
      if end { try? HTTP1Writer.appendLastChunk(to: &output) }
    } else {
      output += bytes
    }
    shell.scheduleFlush()
    if end { answered() }
  }

  private func answered() {
    isAnswered = true
    if hasBody, !isRequestWhole { return finish() }
    pump()
  }

  func abort() {
    output = []
    shell.close()
  }

  var queuedBytes: Int { output.count + shell.pendingWriteBytes }

  func notifyDrained(atOrBelow mark: Int) -> Bool {
    guard queuedBytes > mark else { return false }
    drainMark = mark
    return true
  }

  var memory: MemoryMeter { server.memory }

  func consumed(_ count: Int) {
    let wasFull = unconsumed > Self.bodyWindow
    unconsumed = max(0, unconsumed - count)
    if wasFull, unconsumed <= Self.bodyWindow { pump() }
  }

  // MARK: ConnectionDriver

  func takeOutput(into target: inout [UInt8]) {
    swap(&target, &output)
    output.removeAll(keepingCapacity: true)
    guard isHeld || drainMark != nil else { return }
    // The socket may take all of it at once, and then says nothing.
    let connection = LoopConfined(self)
    server.loop.execute { connection.value.transportDrained() }
  }

  /// The transport took what was written.
  func transportDrained() {
    defer { pumpIfHeld() }
    guard let mark = drainMark, queuedBytes <= mark else { return }
    drainMark = nil
    exchange?.drained()
  }

  func transportLost() {
    hasEnded = true
    exchange?.peerGone()
    exchange = nil
  }

  func tick(_ now: LoopInstant) {
    exchange?.tick(now)
    guard exchange == nil, !isUpgrading, !hasEnded else { return }
    let waited = waitingSince.duration(to: now)
    if parser.isIdle {
      if waited > server.limits.idleTimeout { finish() }
    } else if waited > server.limits.headerTimeout {
      refuse(
        HTTP1Error(.cutShort, .requestTimeout, "the request head took too long"),
        as: .headerTimeout)
    }
  }

  func beginDrain(_ reason: String) {
    isDraining = true
    keepsAlive = false
    if hasBegun, exchange == nil, !isUpgrading, parser.isIdle { finish() }
  }

  func cancelCalls() { exchange?.cancel() }
}
