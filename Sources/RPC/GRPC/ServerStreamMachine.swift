package import RPCCore

/// One gRPC call on the server's side of an HTTP/2 stream: decides, sends nothing itself.
///
/// Request: open → complete (END_STREAM) or broken. Response: not begun → begun (head sent) →
/// finished. After `finished` or `broken` whatever the peer still sends is ignored.
package struct ServerStreamMachine: Sendable {
  private enum Response { case notBegun, begun, finished }

  private var decoder: EnvelopeDecoder
  private var response = Response.notBegun
  private var isBroken = false
  /// Whether the client has ended its side.
  package private(set) var isRequestComplete = false
  /// Whether the status went out.
  package var isFinished: Bool { response == .finished }
  /// Whether the response head went out.
  package var isBegun: Bool { response != .notBegun }

  /// Bytes of a message that has come in part.
  package private(set) var partialBytes = 0

  /// A stream whose head was accepted; `limit` bounds each request message in bytes. Compressed
  /// messages are given as they came.
  package init(encoding: MessageEncoding, limit: Int) {
    decoder = EnvelopeDecoder(limit: limit, encoding: encoding, inflates: false)
  }

  /// Takes body bytes, gives the messages they complete to `each`. An error ends the call: finish
  /// with it.
  package mutating func receive(
    _ bytes: UnsafeRawBufferPointer, endStream: Bool, _ each: (ReceivedMessage) -> Void
  ) throws(RPCError) {
    if endStream { isRequestComplete = true }
    guard !isBroken, response != .finished else { return }
    do throws(RPCError) {
      defer { partialBytes = decoder.partialBytes }
      try unsafe decoder.receive(bytes, each)
      if endStream, !decoder.isAtBorder {
        throw RPCError(.internal, "the request ends in the middle of a message")
      }
    } catch {
      isBroken = true
      throw error
    }
  }

  /// Nobody takes messages any more: lets go of one that has come in part.
  package mutating func discardRequest() {
    decoder.discard()
    partialBytes = 0
  }

  /// What sending a message, or the head alone, needs first.
  package enum OnSend { case headFirst, ready, alreadyFinished }

  /// The response goes on: `headFirst` is answered once.
  package mutating func send() -> OnSend {
    switch response {
    case .notBegun:
      response = .begun
      return .headFirst
    case .begun: return .ready
    case .finished: return .alreadyFinished
    }
  }

  /// How a status goes out. `thenReset`: the client has not ended its side, so the stream must be
  /// freed by RST_STREAM(NO_ERROR) behind it.
  package enum OnFinish: Equatable {
    case trailersOnly(thenReset: Bool)
    case headAndTrailers(thenReset: Bool)
    case trailers(thenReset: Bool)
    case alreadyFinished
  }

  /// The call ends. `hasHead`: the handler set response metadata, which must go out as a head even
  /// when no message was sent.
  package mutating func finish(hasHead: Bool, isOK: Bool) -> OnFinish {
    defer { response = .finished }
    switch response {
    case .finished: return .alreadyFinished
    case .begun: return .trailers(thenReset: !isRequestComplete)
    case .notBegun where hasHead || isOK: return .headAndTrailers(thenReset: !isRequestComplete)
    case .notBegun: return .trailersOnly(thenReset: !isRequestComplete)
    }
  }
}
