package import HTTP
package import RPCCore

/// One gRPC call on the client's side of an HTTP/2 stream: decides, sends nothing itself.
///
/// waiting for the head → in messages → ended. The outcome is given exactly once; everything that
/// comes after it is ignored.
package struct ClientStreamMachine: Sendable {
  private enum State { case waiting, messages, ended }

  private var state = State.waiting
  private var decoder: EnvelopeDecoder
  private let limit: Int

  /// A call whose responses may be `limit` bytes each.
  package init(limit: Int) {
    self.limit = limit
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
    guard status == 200, isGRPC(headers) else {
      let code = StatusMapping.status(http: status)
      return fail(RPCError(code, "the answer is not gRPC; HTTP status \(status)"), 8)
    }
    return begin(headers)
  }

  private mutating func begin(_ headers: HTTPHeaders) -> OnReceive {
    var encoding = MessageEncoding.identity
    if var name = headers["grpc-encoding"] {
      let known = name.withUTF8 { unsafe MessageEncoding(UnsafeRawBufferPointer($0)) }
      guard let known else {
        return fail(RPCError(.internal, "the answer's grpc-encoding is not supported"), 8)
      }
      encoding = known
    }
    decoder = EnvelopeDecoder(limit: limit, encoding: encoding)
    do throws(RPCError) {
      let metadata = try MetadataFields.read(headers)
      state = .messages
      return .head(metadata)
    } catch {
      return fail(error, 8)
    }
  }

  /// Takes body bytes and gives the messages they complete to `each`.
  package mutating func receiveData(
    _ bytes: UnsafeRawBufferPointer, endStream: Bool, _ each: (ReceivedMessage) -> Void
  ) -> OnReceive {
    guard state == .messages else {
      return state == .ended
        ? .nothing : fail(RPCError(.internal, "the answer has a body before its head"), 1)
    }
    do throws(RPCError) {
      try unsafe decoder.receive(bytes, each)
    } catch {
      return fail(error, 8)
    }
    return endStream
      ? fail(RPCError(.internal, "the answer ends without trailers"), nil) : .nothing
  }

  /// Takes the second header block.
  package mutating func receiveTrailers(_ headers: HTTPHeaders, endStream: Bool) -> OnReceive {
    guard state == .messages else { return .nothing }
    guard endStream else {
      return fail(RPCError(.internal, "a header block in the middle of the answer"), 1)
    }
    guard decoder.isAtBorder else {
      return fail(RPCError(.internal, "the answer ends in the middle of a message"), nil)
    }
    return end(status: 200, headers)
  }

  /// The server reset the stream. `deadlinePassed`: our own deadline explains a CANCEL.
  package mutating func receiveReset(_ code: UInt32, deadlinePassed: Bool) -> OnReceive {
    var status = StatusMapping.status(http2Error: code)
    if status == .cancelled, deadlinePassed { status = .deadlineExceeded }
    return fail(RPCError(status, "the server reset the call; HTTP/2 error \(code)"), nil)
  }

  /// The connection is gone.
  package mutating func connectionLost() -> OnReceive {
    fail(RPCError(.unavailable, "the connection was lost during the call"), nil)
  }

  /// This side ends the call with `error`: deadline, cancel.
  package mutating func abandon(_ error: RPCError) -> OnReceive { fail(error, 8) }

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
    guard let value = UInt8(text) else {
      return .failed(RPCError(.unknown, "grpc-status is not a number"), reset: nil)
    }
    guard value != 0 else { return .succeeded(trailers) }
    let code = StatusCode(rawValue: value)
    let message = StatusMessage.decode(headers["grpc-message"] ?? "")
    return .failed(
      RPCError(code, message, details: details(headers, code), metadata: trailers), reset: nil)
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
