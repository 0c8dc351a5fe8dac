internal import EventLoop
internal import HTTP
internal import HTTP2
internal import RPCCore
internal import WebSocket

/// A WebSocket on one HTTP/2 stream (RFC 8441): asked for → open → over.
///
/// The peer's credit comes back as its messages are taken.
final class HTTP2WebSocket: StreamOwner, WebSocketCarrier {
  private let id: HTTP2StreamID
  private let connection: HTTP2Connection
  private(set) var submittedBytes = 0
  private var channel: WebSocketChannel?
  private var call: WebSocketCall?
  private var early: [UInt8] = []
  private var credit = 0
  private var isHeld = false
  /// Whether our side of the stream has ended, and whether all of it has.
  private var hasEnded = false
  private var isOver = false
  private var liveness: WebSocketLiveness
  private var whenDone: (() -> Void)?
  private var partial = PartialMessage()

  /// While more waits to be sent, the peer gets no credit: every ping is answered.
  private static let queueLimit = 256 * 1024

  init(id: HTTP2StreamID, connection: HTTP2Connection, whenDone: @escaping () -> Void) {
    self.id = id
    self.connection = connection
    self.whenDone = whenDone
    liveness = WebSocketLiveness(openedAt: connection.loop.now)
  }

  /// Asks who opens it, and answers.
  func begin(_ upgrade: WebSocketUpgrade) {
    let server = connection.server
    switch upgrade.decide(server) {
    case .none: refuse(HTTPExchangeResponse(status: .notFound))
    case .answer(let answer): act(on: answer)
    case .ask(let handler, let request):
      let box = LoopConfined(self)
      Task(executorPreference: server.executor) {
        let verdict = await handler(request)
        box.value.act(on: upgrade.answer(verdict))
      }
    }
  }

  private func act(on answer: WebSocketUpgrade.Answer) {
    guard !isOver else { return }
    switch answer {
    case .refuse(let response): refuse(response)
    case .open(let head, let user): open(head, user)
    }
  }

  private func refuse(_ response: HTTPExchangeResponse) {
    var head = HTTPResponseHead(status: response.status, headers: response.headers)
    if !response.status.forbidsBody {
      head.headers.replace("content-length", with: "\(response.body.count)")
    }
    submit(head, endStream: response.body.isEmpty)
    if !response.body.isEmpty { send(response.body, endStream: true) }
    over()
  }

  private func open(_ head: HTTPResponseHead, _ user: WebSocketUser) {
    let maxMessage = connection.server.limits.webSocketMessageSize
    guard let session = try? WebSocketSession(role: .server, maxMessage: maxMessage) else {
      return refuse(HTTPExchangeResponse(status: .internalServerError))
    }
    submit(head, endStream: false)
    let channel = WebSocketChannel(
      session: session, write: { [weak self] in self?.send($0, endStream: false) },
      pendingBytes: { [weak self] in self?.pendingBytes ?? 0 },
      endTransport: { [weak self] in self?.send([], endStream: true) })
    self.channel = channel
    let done = whenDone
    if case .call = user { whenDone = nil }
    call = user.open(channel, on: self, loop: connection.loop) { done?() }
    let waiting = early
    early = []
    if !waiting.isEmpty { waiting.withUnsafeBytes { receive($0) } }
    giveCredit()
  }

  private func submit(_ head: HTTPResponseHead, endStream: Bool) {
    connection.scheduleFlush()
    do throws(HTTP2Error) {
      let fields = HTTP2Fields(status: head.status, head.headers)
      try connection.session.submitHeaders(id, fields, endStream: endStream)
    } catch {
      connection.session.resetStream(id, .internalError)
    }
  }

  private func send(_ bytes: [UInt8], endStream: Bool) {
    guard !isOver else { return }
    connection.scheduleFlush()
    submittedBytes += bytes.count
    hasEnded = endStream
    try? connection.session.submitData(id, bytes, endStream: endStream)
  }

  private var pendingBytes: Int { connection.session.pendingSend(id) }

  // MARK: StreamOwner

  func receiveData(_ bytes: UnsafeRawBufferPointer, endStream: Bool) {
    guard !isOver else { return connection.session.consume(id, count: bytes.count) }
    credit += bytes.count
    if channel == nil {
      takeEarly(bytes)
    } else {
      receive(bytes)
      giveCredit()
    }
    guard endStream else { return }
    // One that is not closed but ends has broken.
    channel?.transportClosed()
    if !hasEnded { connection.session.resetStream(id, .cancel) }
  }

  /// What comes before it is open waits, and is booked.
  private func takeEarly(_ bytes: UnsafeRawBufferPointer) {
    early.append(contentsOf: bytes)
    guard !partial.book(early.count, in: memory) else { return }
    connection.server.metrics.streamEnded(.requestMemory)
    connection.session.resetStream(id, .enhanceYourCalm)
    connection.scheduleFlush()
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    guard let channel else { return }
    liveness.received(at: connection.loop.now)
    let wasOpen = channel.isOpen
    channel.receive(bytes)
    if wasOpen, channel.violation != nil {
      connection.server.metrics.streamEnded(.webSocketStreamViolation)
    }
    // What is left of a message that was refused comes all the same.
    guard !partial.book(partialBytes, in: memory), channel.isOpen else { return }
    connection.server.metrics.streamEnded(.requestMemory)
    PartialMessage.refuse(call, channel)
  }

  private var partialBytes: Int { isOver ? 0 : channel?.partialBytes ?? early.count }

  private func giveCredit() {
    guard credit > 0, !isHeld, pendingBytes <= Self.queueLimit else { return }
    connection.session.consume(id, count: credit)
    credit = 0
    connection.scheduleFlush()
  }

  func streamDrained() {
    giveCredit()
    call?.drained()
  }

  func streamClosed() {
    over()
    channel?.transportClosed()
  }

  private func over() {
    isOver = true
    early = []
    _ = partial.book(0, in: memory)
    whenDone?()
    whenDone = nil
  }

  func tick(_ now: LoopInstant) {
    guard let channel, !isOver else { return }
    call?.tick(now)
    if isHeld { liveness.received(at: now) }
    // A peer that was held back for what it did not read may read it without a word from us.
    giveCredit()
    switch liveness.tick(now, isOpen: channel.isOpen, isFlushed: channel.bufferedBytes == 0) {
    case .nothing: break
    case .ping: channel.ping()
    case .closeTimedOut: give(up: channel)
    case .silent:
      connection.server.metrics.streamEnded(.idleStream)
      give(up: channel)
    }
  }

  private func give(up channel: WebSocketChannel) {
    channel.transportClosed()
    connection.session.resetStream(id, .cancel)
    connection.scheduleFlush()
  }

  func cancel(_ error: RPCError) {
    if let call { return call.end(error) }
    channel?.close(code: 1001, reason: "the server is shutting down")
  }

  // MARK: WebSocketCarrier

  func holdInput() { isHeld = true }

  func resumeInput() {
    isHeld = false
    giveCredit()
  }

  func notifyDrained(atOrBelow mark: Int) {
    if !connection.session.notifyDrained(id, atOrBelow: mark) { call?.drained() }
  }

  func messageCame() { _ = partial.book(partialBytes, in: memory) }

  var memory: MemoryMeter { connection.memory }
}
