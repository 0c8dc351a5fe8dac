internal import EventLoop
internal import HTTP
internal import HTTP2
internal import RPCCore

/// An HTTP exchange on one HTTP/2 stream: passes bytes between the session and who answers.
///
/// open → answered → closed. Many clients read nothing before they have sent everything, so the rest
/// of a body whose answer is there already is taken and thrown away, up to `unwantedBody` bytes and
/// `bodyTimeout`; then the stream is reset without blame (RFC 9113, 8.1).
final class HTTP2Exchange: StreamOwner, ResponseStream {
  private let id: HTTP2StreamID
  private let connection: HTTP2Connection
  private let opened: LoopInstant
  @exclusivity(unchecked) private(set) var submittedBytes = 0
  @exclusivity(unchecked) var exchange: (any RequestResponder)?
  /// Body bytes given to the exchange that it has not taken.
  @exclusivity(unchecked) private var heldCredit = 0
  /// Body bytes that came after the answer.
  @exclusivity(unchecked) private var unwantedBytes = 0
  @exclusivity(unchecked) private var isAnswered = false
  /// Whether nothing more of the request is awaited.
  @exclusivity(unchecked) private var isBodyOver = false

  init(id: HTTP2StreamID, connection: HTTP2Connection) {
    self.id = id
    self.connection = connection
    opened = connection.loop.now
    connection.session.linger(id)
  }

  // MARK: StreamOwner

  func receiveData(_ bytes: UnsafeRawBufferPointer, endStream: Bool) {
    if endStream {
      isBodyOver = true
      connection.requestWhole(id)
    }
    guard !isAnswered else { return discard(bytes.count) }
    if let exchange, bytes.count > 0 {
      heldCredit += bytes.count
      exchange.receiveBody(bytes)
    }
    if endStream { exchange?.endBody() }
  }

  private func discard(_ count: Int) {
    unwantedBytes += count
    guard unwantedBytes <= connection.server.limits.unwantedBody else { return stopLingering() }
    giveCredit(count)
  }

  private func stopLingering() {
    guard !isBodyOver else { return }
    isBodyOver = true
    connection.server.metrics.streamEnded(.unwantedBody)
    connection.session.stopLingering(id)
    connection.scheduleFlush()
  }

  /// The last of the answer is on its way; what the exchange still holds of the request is let go.
  private func answered() {
    isAnswered = true
    guard !isBodyOver else { return }
    giveCredit(heldCredit)
    heldCredit = 0
  }

  private func giveCredit(_ count: Int) {
    guard count > 0, !isBodyOver else { return }
    connection.session.consume(id, count: count)
    connection.scheduleFlush()
  }

  func streamDrained() { exchange?.drained() }

  func streamClosed() {
    exchange?.peerGone()
    exchange = nil
  }

  func tick(_ now: LoopInstant) {
    exchange?.tick(now)
    if isAnswered, opened.duration(to: now) > connection.server.limits.bodyTimeout {
      stopLingering()
    }
  }

  func cancel(_ error: RPCError) {
    exchange?.cancel()
    if isAnswered { stopLingering() }
  }

  // MARK: ResponseStream

  func sendHead(_ head: HTTPResponseHead, end: Bool) {
    connection.scheduleFlush()
    do throws(HTTP2Error) {
      let fields = HTTP2Fields(status: head.status, head.headers)
      try connection.session.submitHeaders(id, fields, endStream: end)
    } catch {
      abort()
    }
    if end { answered() }
  }

  func sendBody(_ bytes: [UInt8], end: Bool) {
    guard !isAnswered else { return }
    connection.scheduleFlush()
    submittedBytes += bytes.count
    do throws(HTTP2Error) {
      try connection.session.submitData(id, bytes, endStream: end)
    } catch {
      abort()
    }
    if end { answered() }
  }

  func abort() {
    connection.session.resetStream(id, .internalError)
    connection.scheduleFlush()
  }

  var queuedBytes: Int { connection.session.pendingSend(id) }

  func notifyDrained(atOrBelow mark: Int) -> Bool {
    connection.session.notifyDrained(id, atOrBelow: mark)
  }

  var memory: MemoryMeter { connection.memory }

  func consumed(_ count: Int) {
    let held = min(count, heldCredit)
    heldCredit -= held
    if held > 0, !isBodyOver { connection.giveCredit(id, held) }
  }
}
