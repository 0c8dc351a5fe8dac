package import HTTP

/// A strict HTTP/1.1 response parser for a client that has one request under way.
///
/// 1xx answers come as `.informational`, except 101, which ends HTTP/1.1: `takeRemainder()` has what
/// follows. After a thrown error only closing is left.
package struct ResponseParser: Sendable {
  /// A piece of a response.
  package enum Event: Sendable, Equatable {
    case informational(HTTPResponseHead)
    case head(HTTPResponseHead, keepsAlive: Bool)
    case body([UInt8])
    case end(HTTPHeaders)
  }

  private enum State {
    case statusLine
    case fields(HTTPStatus, minorVersion: Int, FieldLines)
    case body(BodyReader)
    case done
  }

  private let limits: HTTP1Limits
  private let requestMethod: String
  private var buffer = LineBuffer()
  private var state = State.statusLine

  /// A parser for the answer to a request of `requestMethod`, which decides whether it has a body.
  package init(requestMethod: String, limits: HTTP1Limits = HTTP1Limits()) {
    self.limits = limits
    self.requestMethod = requestMethod
  }

  /// Keeps bytes for `next()`.
  package mutating func receive(_ bytes: UnsafeRawBufferPointer) {
    buffer.append(bytes)
  }

  /// Keeps bytes for `next()`.
  package mutating func receive(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer.append($0) }
  }

  /// The next piece; nil when more bytes are needed or the response is complete.
  package mutating func next() throws(HTTP1Error) -> Event? {
    while true {
      switch state {
      case .statusLine:
        let tooLong = HTTP1Error(.tooLarge, .badGateway, "status line exceeds 1,024 bytes")
        guard let line = try buffer.line(limit: 1024, tooLong: tooLong) else { return nil }
        let (status, minorVersion) = try Self.status(line)
        state = .fields(status, minorVersion: minorVersion, FieldLines())
      case .fields(let status, let minorVersion, var lines):
        let isWhole = try lines.read(&buffer, limits: limits)
        state = .fields(status, minorVersion: minorVersion, lines)
        guard isWhole else { return nil }
        return try finishHead(status, minorVersion, lines.headers)
      case .body(var reader):
        let step = try reader.next(&buffer)
        state = .body(reader)
        return step.map { event($0) }
      case .done: return nil
      }
    }
  }

  /// Tells that the peer closed; an answer without a length ends so.
  package mutating func endOfInput() throws(HTTP1Error) -> Event? {
    switch state {
    case .done: return nil
    case .body(var reader): return event(try reader.endOfInput())
    default: throw HTTP1Error(.cutShort, .badGateway, "connection closed before the response")
    }
  }

  /// The bytes behind a 101 answer or a finished response.
  package mutating func takeRemainder() -> [UInt8] {
    state = .done
    return buffer.take(.max)
  }

  private mutating func event(_ step: BodyReader.Step) -> Event {
    switch step {
    case .body(let bytes): return .body(bytes)
    case .end(let trailers):
      state = .done
      return .end(trailers)
    }
  }

  private mutating func finishHead(
    _ status: HTTPStatus, _ minorVersion: Int, _ headers: HTTPHeaders
  ) throws(HTTP1Error) -> Event {
    let head = HTTPResponseHead(status: status, headers: headers)
    if status.isInformational && status != .switchingProtocols {
      state = .statusLine
      return .informational(head)
    }
    let framing = try MessageFraming.named(headers)
    if status == .switchingProtocols {
      state = .done
    } else if status.forbidsBody || requestMethod == "HEAD" {
      state = .body(try BodyReader(.length(0), limits: limits))
    } else {
      state = .body(try BodyReader(framing ?? .untilClose, limits: limits))
    }
    let keepsAlive = MessageFraming.keepsAlive(headers, minorVersion: minorVersion)
    return .head(head, keepsAlive: keepsAlive && (framing != nil || status.forbidsBody))
  }

  private static func status(
    _ line: ArraySlice<UInt8>
  ) throws(HTTP1Error) -> (HTTPStatus, minorVersion: Int) {
    let bytes = Array(line)
    guard bytes.count >= 12, bytes.starts(with: "HTTP/1.".utf8), bytes[7] == 48 || bytes[7] == 49,
      bytes[8] == 32, bytes[9...11].allSatisfy({ (48...57).contains($0) }), bytes[9] >= 49,
      bytes.count == 12 || bytes[12] == 32, bytes.allSatisfy(HTTPFieldRules.isValueByte)
    else {
      throw HTTP1Error(.startLine, .badGateway, "status line is not http/1.x and three digits")
    }
    let code = bytes[9...11].reduce(0) { $0 * 10 + Int($1 - 48) }
    return (HTTPStatus(rawValue: code), Int(bytes[7] - 48))
  }
}
