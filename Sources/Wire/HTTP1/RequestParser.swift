package import HTTP

/// A strict HTTP/1.1 request parser for a server: bytes in, pieces of one request at a time out.
///
/// States: head → body → done. `next()` gives a piece or nil when it needs more bytes; behind `.end`
/// it gives nil until `beginNextRequest()`, so a pipelined request waits while its predecessor is
/// answered. After a thrown error only closing is left.
package struct RequestParser: Sendable {
  /// A piece of a request.
  package enum Event: Sendable, Equatable {
    case head(Head)
    case body([UInt8])
    /// The request is complete; the headers are its trailers.
    case end(HTTPHeaders)
  }

  /// A request head with what its version and headers say of the connection.
  package struct Head: Sendable, Equatable {
    package let request: HTTPRequestHead
    /// 0 or 1.
    package let minorVersion: Int
    /// The client waits for 100 (Continue) before it sends the body.
    package let expectsContinue: Bool
    /// The connection may carry another request after this one.
    package let keepsAlive: Bool
    /// Body bytes announced by Content-Length; nil when chunked; 0 when there is no body.
    package let contentLength: Int?
  }

  private enum State {
    case requestLine(emptyLines: Int)
    case fields(RequestLine, FieldLines)
    case body(BodyReader)
    case done
    case failed
  }

  private let limits: HTTP1Limits
  private var buffer = LineBuffer()
  private var state = State.requestLine(emptyLines: 0)

  /// A parser at the beginning of a connection.
  package init(limits: HTTP1Limits = HTTP1Limits()) {
    self.limits = limits
  }

  /// Keeps bytes for `next()`. Stop reading while `bufferedBytes` is large.
  package mutating func receive(_ bytes: UnsafeRawBufferPointer) {
    buffer.append(bytes)
  }

  /// Keeps bytes for `next()`.
  package mutating func receive(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer.append($0) }
  }

  /// Bytes received and not given out.
  package var bufferedBytes: Int { buffer.count }

  /// Whether no byte of a request has been seen since the last one ended.
  package var isIdle: Bool {
    switch state {
    case .done: true
    case .requestLine: buffer.count == 0
    default: false
    }
  }

  /// The next piece of the current request; nil when more bytes are needed or it is complete.
  package mutating func next() throws(HTTP1Error) -> Event? {
    do {
      return try advance()
    } catch {
      state = .failed
      throw error
    }
  }

  /// Goes on to the request behind the one that has ended; ignored inside a request.
  package mutating func beginNextRequest() {
    if case .done = state { state = .requestLine(emptyLines: 0) }
  }

  /// Gives up HTTP/1.1: the bytes behind the head, for the protocol that takes over.
  package mutating func takeRemainder() -> [UInt8] {
    state = .failed
    return buffer.take(.max)
  }

  private mutating func advance() throws(HTTP1Error) -> Event? {
    while true {
      switch state {
      case .requestLine(let emptyLines):
        let limit = limits.target
        guard let line = try buffer.line(limit: limit + 64, tooLong: Self.targetTooLong(limit))
        else { return nil }
        // RFC 9112, 2.2: one stray line end after a body is forgiven, a stream of them is not.
        if line.isEmpty && emptyLines == 0 {
          state = .requestLine(emptyLines: 1)
        } else {
          state = .fields(try RequestLine(line, limit: limits.target), FieldLines())
        }
      case .fields(let requestLine, var lines):
        let isWhole = try lines.read(&buffer, limits: limits)
        state = .fields(requestLine, lines)
        guard isWhole else { return nil }
        return .head(try finishHead(requestLine, lines.headers))
      case .body(var reader):
        let step = try reader.next(&buffer)
        state = .body(reader)
        switch step {
        case nil: return nil
        case .body(let bytes): return .body(bytes)
        case .end(let trailers):
          state = .done
          return .end(trailers)
        }
      case .done, .failed: return nil
      }
    }
  }

  private mutating func finishHead(
    _ line: RequestLine, _ headers: HTTPHeaders
  ) throws(HTTP1Error) -> Head {
    let authority = try line.authority(headers)
    let framing = try MessageFraming.named(headers)
    if framing == .chunked && line.minorVersion == 0 {
      throw HTTP1Error(.framing, .badRequest, "transfer-encoding is not part of http/1.0")
    }
    state = .body(try BodyReader(framing ?? .length(0), limits: limits))
    let expectation = headers["expect"]?.lowercased()
    guard expectation == nil || expectation == "100-continue" else {
      throw HTTP1Error(.unsupported, .expectationFailed, "expectation is not 100-continue")
    }
    return Head(
      request: HTTPRequestHead(
        method: line.method, target: line.target, authority: authority, headers: headers),
      minorVersion: line.minorVersion,
      expectsContinue: expectation != nil && line.minorVersion >= 1 && framing != .length(0)
        && framing != nil,
      keepsAlive: MessageFraming.keepsAlive(headers, minorVersion: line.minorVersion),
      contentLength: framing.map { if case .length(let count) = $0 { count } else { nil } } ?? 0)
  }

  private static func targetTooLong(_ limit: Int) -> HTTP1Error {
    HTTP1Error(.tooLarge, .uriTooLong, "request line exceeds \(limit) bytes")
  }
}
