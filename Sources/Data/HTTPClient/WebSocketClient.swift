package import EventLoop
package import HTTP
package import TLS
package import WebSocket

/// Opens WebSocket connections as a client.
package enum WebSocketClient {
  /// How large a message may be unless the caller says otherwise.
  package static let defaultMaxMessage = 4 * 1024 * 1024

  /// Connects to a ws or wss URL and completes the opening handshake in at most `timeout`.
  ///
  /// Call it from a task on `loop`; the channel is confined there. Messages that come before
  /// `onMessage` is set are kept for it. Throws `HTTPClientError`, with the status when the server
  /// refuses, or `CancellationError` at once when cancelled. The channel's close handshake is cut
  /// short after five seconds.
  package static func connect(
    url: String, headers: HTTPHeaders = HTTPHeaders(), subprotocols: [String] = [],
    loop: EventLoop, timeout: Duration = .seconds(10), maxMessage: Int = defaultMaxMessage,
    trust: TLSTrust = .systemRoots
  ) async throws -> sending WebSocketChannel {
    loop.preconditionCurrent()
    let target = try check(url, headers)
    let request = WebSocketHandshake.request(
      url: target, headers: headers, subprotocols: subprotocols)
    let tls = target.scheme == "wss" ? try session(for: target.host, trust: trust) : nil
    let deadline = loop.now.advanced(by: timeout)
    let stream = try await openStream(to: target, loop: loop, timeout: timeout)
    let connection = LoopBound(
      WebSocketConnection(stream, tls, request, maxMessage: maxMessage), loop: loop)
    let channel = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        connection.value.start(by: deadline, continuation)
      }
    } onCancel: {
      loop.execute { connection.value.fail(CancellationError()) }
    }
    return channel.value
  }

  private static func check(
    _ url: String, _ headers: HTTPHeaders
  ) throws(HTTPClientError) -> URLParts {
    do throws(HTTPError) {
      try headers.validate()
      let url = try URLParts(url)
      if url.scheme == "ws" || url.scheme == "wss" { return url }
      throw HTTPError(.url, "url scheme is neither ws nor wss")
    } catch {
      throw HTTPClientError(.badRequest, error.message)
    }
  }

  private static func openStream(
    to url: URLParts, loop: EventLoop, timeout: Duration
  ) async throws -> sending TCPStream {
    do {
      return try await TCPStream.connect(
        on: loop, to: url.host, port: url.effectivePort ?? 0, timeout: timeout)
    } catch let error as EventLoopError {
      let kind: HTTPClientError.Kind =
        switch error.kind {
        case .timedOut: .timedOut
        case .loopStopped: .stopped
        default: .connectFailed
        }
      throw HTTPClientError(kind, error.message)
    }
  }

  /// Reading the system's certificates takes milliseconds, so that context is kept.
  private static let systemContext = Result { () throws(TLSError) in
    try TLSContext.client(trust: .systemRoots, protocols: ["http/1.1"])
  }

  private static func session(
    for host: String, trust: TLSTrust
  ) throws(HTTPClientError) -> TLSSession {
    do throws(TLSError) {
      if case .systemRoots = trust {
        return try TLSSession(client: try systemContext.get(), serverName: host)
      }
      let context = try TLSContext.client(trust: trust, protocols: ["http/1.1"])
      return try TLSSession(client: context, serverName: host)
    } catch {
      throw HTTPClientError(.badRequest, error.message)
    }
  }
}
