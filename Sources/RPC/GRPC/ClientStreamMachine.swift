package import HTTP
package import RPCCore

/// One gRPC call on the client's side of an HTTP/2 stream: decides, sends nothing itself.
///
/// waiting for the head → in messages, or in an answer that is not gRPC → ended. The outcome is given
/// exactly once; everything that comes after it is ignored.
package struct ClientStreamMachine: Sendable {
  private enum State: Equatable {
    case waiting, messages, ended
    /// Not gRPC, with this HTTP status: its trailers may still say what happened.
    case foreign(Int)
  }

  /// Bytes of an answer that is not gRPC which become part of the error's message.
  private static let foreignTextLimit = 1_024
  /// The HTTP/2 error code CANCEL.
  private static let cancel: UInt32 = 8

  private var state = State.waiting
  private var decoder: EnvelopeDecoder
  private let limit: Int
  private let deadline: Deadline?
  private var foreignText: [UInt8] = []

  /// A call whose responses may be `limit` bytes each; a server's CANCELLED after `deadline` is
  /// taken as that deadline.
  package init(limit: Int, deadline: Deadline? = nil) {
    self.limit = limit
    self.deadline = deadline
    decoder = EnvelopeDecoder(limit: limit)
  }

  /// What the owner of the stream does next. `reset`: the HTTP/2 error code to reset it with.
  package enum OnReceive: Sendable {
    case nothing
    case head(Metadata)
    /// OK, with these trailers.
    case succeeded(Metadata)
    /// The error carries the trailers as its metadata.
    case failed(RPCError, reset: UInt32?)
  }

  /// Takes a header block that is not a trailer section, or is the only one.
  package mutating func receiveHead(
    status: Int, _ headers: HTTPHeaders, endStream: Bool
  ) -> OnReceive {
    guard state == .waiting else {
      return state == .ended ? .nothing : receiveTrailers(headers, endStream: endStream)
    }
    if (100..<200).contains(status) {
      return endStream
        ? fail(RPCError(.internal, "stream ended with status \(status)"), nil) : .nothing
    }
    if endStream { return end(status: status, headers) }
    if status == 200, isGRPC(headers) { return begin(headers) }
    if headers["grpc-status"] != nil { return end(status: status, headers) }
    state = .foreign(status)
    return .nothing
  }

  private mutating func begin(_ headers: HTTPHeaders) -> OnReceive {
    var encoding = MessageEncoding.identity
    if var name = headers["grpc-encoding"] {
      let known = name.withUTF8 { unsafe MessageEncoding(UnsafeRawBufferPointer($0)) }
      guard let known else {
        return fail(
          RPCError(.internal, "the answer's grpc-encoding is not supported"), Self.cancel)
      }
      encoding = known
    }
    decoder = EnvelopeDecoder(limit: limit, encoding: encoding)
    do throws(RPCError) {
      let metadata = try MetadataFields.read(headers)
      state = .messages
      return .head(metadata)
    } catch {
      return fail(error, Self.cancel)
    }
  }

  /// Takes body bytes and gives the messages they complete to `each`.
  package mutating func receiveData(
    _ bytes: UnsafeRawBufferPointer, endStream: Bool, _ each: (ReceivedMessage) -> Void
  ) -> OnReceive {
    switch state {
    case .messages: break
    case .ended: return .nothing
    case .foreign(let status): return unsafe receiveForeign(bytes, status, endStream: endStream)
    case .waiting: return fail(RPCError(.internal, "the answer has a body before its head"), 1)
    }
    do throws(RPCError) {
      try unsafe decoder.receive(bytes, each)
    } catch {
      return fail(error, Self.cancel)
    }
    return endStream
      ? fail(RPCError(.internal, "the answer ends without trailers"), nil) : .nothing
  }

  private mutating func receiveForeign(
    _ bytes: UnsafeRawBufferPointer, _ status: Int, endStream: Bool
  ) -> OnReceive {
    let room = Self.foreignTextLimit - foreignText.count
    unsafe foreignText.append(contentsOf: bytes.prefix(room))
    let isFull = foreignText.count == Self.foreignTextLimit
    guard endStream || isFull else { return .nothing }
    return fail(foreignError(status), endStream ? nil : Self.cancel)
  }

  /// The code is that of the HTTP status; the text is what the server wrote, from its beginning.
  private func foreignError(_ status: Int) -> RPCError {
    var message = "the answer is not gRPC; HTTP status \(status)"
    if !foreignText.isEmpty { message += ": " + String(decoding: foreignText, as: UTF8.self) }
    return RPCError(StatusMapping.status(http: status), message)
  }

  /// Takes the second header block.
  package mutating func receiveTrailers(_ headers: HTTPHeaders, endStream: Bool) -> OnReceive {
    if case .foreign(let status) = state {
      return headers["grpc-status"] == nil
        ? fail(foreignError(status), endStream ? nil : Self.cancel)
        : end(status: status, headers)
    }
    guard state == .messages else { return .nothing }
    guard endStream else {
      return fail(RPCError(.internal, "a header block in the middle of the answer"), 1)
    }
    guard decoder.isAtBorder else {
      return fail(RPCError(.internal, "the answer ends in the middle of a message"), nil)
    }
    return end(status: 200, headers)
  }

  /// The server reset the stream.
  package mutating func receiveReset(_ code: UInt32) -> OnReceive {
    let status = StatusMapping.status(http2Error: code)
    if status == .cancelled, let late = deadlineExceeded { return fail(late, nil) }
    return fail(RPCError(status, "the server reset the call; HTTP/2 error \(code)"), nil)
  }

  /// The connection is gone; `reason` is what is known of why.
  package mutating func connectionLost(_ reason: String) -> OnReceive {
    fail(RPCError(.unavailable, "the connection was lost during the call: \(reason)"), nil)
  }

  /// This side ends the call with `error`: deadline, cancel.
  package mutating func abandon(_ error: RPCError) -> OnReceive { fail(error, Self.cancel) }

  private mutating func fail(_ error: RPCError, _ reset: UInt32?) -> OnReceive {
    guard state != .ended else { return .nothing }
    state = .ended
    return .failed(error, reset: reset)
  }

  private mutating func end(status: Int, _ headers: HTTPHeaders) -> OnReceive {
    state = .ended
    guard let text = headers["grpc-status"] else {
      let code = StatusMapping.status(http: status)
      return .failed(
        RPCError(code, "the answer has no grpc-status; HTTP status \(status)"), reset: nil)
    }
    let trailers = (try? MetadataFields.read(headers)) ?? Metadata()
    guard let code = StatusCode(grpcStatus: text) else {
      return .failed(
        RPCError(.unknown, "grpc-status is not a number", metadata: trailers), reset: nil)
    }
    guard code != .ok else { return .succeeded(trailers) }
    if code == .cancelled, let late = deadlineExceeded { return .failed(late, reset: nil) }
    let message = StatusMessage.decode(headers["grpc-message"] ?? "")
    return .failed(
      RPCError(code, message, details: details(headers, code), metadata: trailers), reset: nil)
  }

  /// What to make of a CANCELLED now: servers keep deadlines too, and say so by it.
  private var deadlineExceeded: RPCError? {
    guard let deadline, deadline <= .now else { return nil }
    return RPCError(.deadlineExceeded, "the call's deadline has passed")
  }

  private func details(_ headers: HTTPHeaders, _ code: StatusCode) -> [ErrorDetail] {
    guard let text = headers["grpc-status-details-bin"], let bytes = Base64Value.decode(text)
    else { return [] }
    return StatusDetails.decode(bytes, code: code) ?? []
  }

  private func isGRPC(_ headers: HTTPHeaders) -> Bool {
    var text = headers["content-type"] ?? ""
    return text.withUTF8 { unsafe ContentType(UnsafeRawBufferPointer($0)) } == .grpc
  }
}

extension StatusCode {
  /// The code in a `grpc-status` trailer: decimal digits without leading zeros, at most 255.
  init?(grpcStatus text: String) {
    guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      text.utf8.first != UInt8(ascii: "0") || text.utf8.count == 1, let value = UInt8(text)
    else { return nil }
    self.init(rawValue: value)
  }
}
