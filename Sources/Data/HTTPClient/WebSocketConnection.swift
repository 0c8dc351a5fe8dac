internal import EventLoop
internal import HTTP
internal import HTTP1
internal import TLS
internal import WebSocket

/// The transport under one client WebSocket. Loop-confined.
///
/// States: securing (TLS only) → asking (the request is out) → open (a channel exists) → over.
/// Its stream keeps it alive while the socket is open.
final class WebSocketConnection {
  private enum State { case securing, asking, open, over }

  private let stream: TCPStream
  private let tls: TLSSession?
  private let request: WebSocketHandshake.Request
  private let maxMessage: Int
  private var state = State.securing
  private var parser = ResponseParser(requestMethod: "GET")
  private var channel: WebSocketChannel?
  private var continuation: CheckedContinuation<LoopBound<WebSocketChannel>, any Error>?
  private var timer: LoopTimer?

  /// Queued output above which the peer is not listened to, since it may be flooding with pings.
  private static let highWater = 4 * 1024 * 1024
  private static let closeGrace = Duration.seconds(5)

  init(
    _ stream: TCPStream, _ tls: TLSSession?, _ request: WebSocketHandshake.Request, maxMessage: Int
  ) {
    self.stream = stream
    self.tls = tls
    self.request = request
    self.maxMessage = maxMessage
  }

  /// Begins the handshake; the continuation gets the open channel, once.
  func start(
    by deadline: LoopInstant,
    _ continuation: CheckedContinuation<LoopBound<WebSocketChannel>, any Error>
  ) {
    guard state != .over else { return continuation.resume(throwing: CancellationError()) }
    self.continuation = continuation
    let left = stream.loop.now.duration(to: deadline)
    timer = stream.loop.schedule(after: left) {
      self.fail(self.error(.timedOut, "no answer to the websocket request in time"))
    }
    unsafe stream.onRead = { unsafe self.didRead($0) }
    stream.onEnd = { self.didEnd($0) }
    stream.onDrain = { self.stream.resumeReading() }
    stream.start()
    if tls == nil { sendRequest() } else { flushTLS() }
  }

  /// Gives up the handshake; after it, breaks the connection.
  func fail(_ error: any Error) {
    guard state != .over else { return }
    state = .over
    timer?.cancel()
    timer = nil
    flushTLS()
    stream.closeAfterWriting()
    continuation?.resume(throwing: error)
    continuation = nil
    channel?.transportClosed()
    channel = nil
    if !stream.isClosed { closeAfterGrace() }
  }

  private func error(_ kind: HTTPClientError.Kind, _ message: String) -> HTTPClientError {
    HTTPClientError(
      kind, "\(request.head.authority): \(message)", requestMayHaveArrived: state != .securing)
  }

  private func didRead(_ bytes: UnsafeRawBufferPointer) {
    guard let tls else { return unsafe receive(bytes) }
    var plaintext: [UInt8] = []
    do throws(TLSError) {
      unsafe try tls.receiveCiphertext(bytes, into: &plaintext)
    } catch {
      return fail(self.error(state == .securing ? .connectFailed : .exchangeFailed, error.message))
    }
    flushTLS()
    if state == .securing, tls.state == .open { sendRequest() }
    if !plaintext.isEmpty { unsafe plaintext.withUnsafeBytes { unsafe receive($0) } }
    if tls.state == .closed { didEnd(nil) }
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    switch state {
    case .securing, .over: break
    case .asking:
      unsafe parser.receive(bytes)
      readAnswer()
    case .open: unsafe channel?.receive(bytes)
    }
  }

  private func didEnd(_ reason: EventLoopError?) {
    let kind: HTTPClientError.Kind = state == .securing ? .connectFailed : .exchangeFailed
    fail(error(kind, reason?.message ?? "the server closed the connection"))
  }

  private func readAnswer() {
    do {
      while state == .asking, let event = try parser.next() {
        guard case .head(let head, _) = event else { continue }
        _ = try WebSocketHandshake.check(head, for: request)
        return try open()
      }
    } catch let error as WebSocketError where error.kind == .refused {
      fail(self.error(.upgradeRefused(error.status), error.message))
    } catch {
      fail(self.error(.exchangeFailed, "\(error)"))
    }
  }

  private func open() throws(WebSocketError) {
    let session = try WebSocketSession(role: .client, maxMessage: maxMessage)
    let channel = WebSocketChannel(
      session: session, write: { self.write($0) },
      pendingBytes: { [stream] in stream.pendingWriteBytes },
      endTransport: { self.endTransport() })
    self.channel = channel
    state = .open
    timer?.cancel()
    timer = nil
    continuation?.resume(returning: LoopBound(channel, loop: stream.loop))
    continuation = nil
    let rest = parser.takeRemainder()
    if !rest.isEmpty { unsafe rest.withUnsafeBytes { unsafe channel.receive($0) } }
  }

  private func endTransport() {
    guard state != .over else { return }
    state = .over
    channel = nil
    timer?.cancel()
    tls?.close()
    flushTLS()
    stream.closeAfterWriting()
    if !stream.isClosed { closeAfterGrace() }
  }

  private func closeAfterGrace() {
    timer = stream.loop.schedule(after: Self.closeGrace) { [stream] in stream.close() }
  }

  private func sendRequest() {
    state = .asking
    var head: [UInt8] = []
    do throws(HTTPError) {
      try HTTP1Writer.appendHead(request.head, body: .none, to: &head)
      write(head)
    } catch {
      fail(self.error(.badRequest, error.message))
    }
  }

  private func write(_ bytes: [UInt8]) {
    guard state != .over else { return }
    if let tls {
      do throws(TLSError) { try tls.send(bytes) } catch {
        return fail(self.error(.exchangeFailed, error.message))
      }
      flushTLS()
    } else {
      stream.write(bytes)
    }
    if stream.pendingWriteBytes > Self.highWater { stream.pauseReading() }
    boundCloseHandshake()
  }

  private func flushTLS() {
    guard let tls, tls.hasCiphertext else { return }
    var ciphertext: [UInt8] = []
    tls.takeCiphertext(into: &ciphertext)
    stream.write(ciphertext)
  }

  /// A channel that is neither open nor closed has just sent its close frame.
  private func boundCloseHandshake() {
    guard let channel, !channel.isOpen, !channel.isClosed, timer == nil else { return }
    timer = stream.loop.schedule(after: Self.closeGrace) {
      self.fail(self.error(.timedOut, "no answer to the closing handshake"))
    }
  }
}
