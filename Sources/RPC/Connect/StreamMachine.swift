internal import Buffers
package import GRPC
package import HTTP
package import RPCCore

/// One call of enveloped messages over HTTP, gRPC-Web or a Connect stream: decides, sends nothing.
///
/// Request: open → complete or broken. Response: not begun → begun → finished; the status of a call
/// that has begun is a frame of its own.
package struct StreamMachine: Sendable {
  private let media: MediaType
  private let codec: PayloadCodec
  private let errors: ConnectError
  private let encoding: MessageEncoding
  private let limit: Int
  private var decoder: EnvelopeDecoder
  private var base64 = Base64Stream()
  private var isBroken = false
  package private(set) var isRequestComplete = false

  /// The flag of the last frame of a Connect stream, and of gRPC-Web's trailers.
  private static let connectEnd: UInt8 = 0x02
  private static let webTrailers: UInt8 = 0x80

  /// A call whose head was accepted; `limit` bounds each request message in bytes.
  package init(
    media: MediaType, codec: PayloadCodec, errors: ConnectError, encoding: MessageEncoding,
    limit: Int
  ) {
    self.media = media
    self.codec = codec
    self.errors = errors
    self.encoding = encoding
    self.limit = limit
    decoder = EnvelopeDecoder(limit: limit, encoding: encoding, inflates: false)
  }

  private var isText: Bool { if case .web(_, text: true) = media { true } else { false } }

  private var isConnect: Bool { if case .stream = media { true } else { false } }

  /// Whether a message has begun and its rest is awaited.
  package var isInsideMessage: Bool { !decoder.isAtBorder || !base64.isAtBorder }

  /// Bytes of a message that has come in part.
  package var partialBytes: Int { decoder.partialBytes }

  /// Whether messages may come in another form than handlers take: in a coding, or as JSON.
  package var isWrapped: Bool { encoding != .identity || codec.isJSON }

  /// The machine of a request that no handler sees: it only tells why.
  package init(refusing media: MediaType, errors: ConnectError) {
    self.init(
      media: media, codec: .bytes, errors: errors, encoding: .identity, limit: 0)
  }

  // MARK: Requests

  /// Takes body bytes, gives the messages they complete to `each`, as they came: to inflate and read
  /// them costs more than to send them, so it waits for `open`.
  package mutating func receive(
    _ bytes: UnsafeRawBufferPointer, end: Bool, _ each: (ReceivedMessage) -> Void
  ) throws(RPCError) {
    if end { isRequestComplete = true }
    guard !isBroken else { return }
    do throws(RPCError) {
      try take(bytes, each)
      if end, isInsideMessage {
        throw RPCError(.internal, "the request ends in the middle of a message")
      }
    } catch {
      isBroken = true
      throw told(error)
    }
  }

  /// Nobody takes messages any more: lets go of one that has come in part.
  package mutating func discardRequest() { decoder.discard() }

  /// The binary form of a message that `receive` gave.
  package func open(_ message: [UInt8], wasCompressed: Bool) throws(RPCError) -> [UInt8] {
    do throws(RPCError) {
      guard wasCompressed else { return try codec.request(message) }
      return try codec.request(
        try Compression.decompress(message, from: encoding, limit: limit))
    } catch {
      throw told(error)
    }
  }

  /// Connect calls what a client wrote wrongly invalid; gRPC calls it internal. Both call a message
  /// internal that is compressed though the call names no coding.
  private func told(_ error: RPCError) -> RPCError {
    guard isConnect, error.code == .internal, !decoder.lacksEncoding else { return error }
    return RPCError(.invalidArgument, error.message)
  }

  private mutating func take(
    _ bytes: UnsafeRawBufferPointer, _ each: (ReceivedMessage) -> Void
  ) throws(RPCError) {
    guard isText else { return try decoder.receive(bytes, each) }
    let decoded = try base64.decode(bytes)
    let result = decoded.withUnsafeBytes { bytes in
      Result { () throws(RPCError) in try decoder.receive(bytes, each) }
    }
    try result.get()
  }

  // MARK: Responses

  /// The fields of the response head.
  package func head(_ metadata: Metadata, encoding: MessageEncoding) -> HTTPHeaders {
    var headers: HTTPHeaders = ["content-type": media.name]
    if isConnect { headers.add("connect-accept-encoding", CallHead.connectEncodings) }
    if encoding != .identity {
      headers.add(isConnect ? "connect-content-encoding" : "grpc-encoding", encoding.name)
    }
    MetadataFields.append(metadata, to: &headers)
    return headers
  }

  /// The bytes of a response message, given in binary form.
  package func frame(_ message: [UInt8], as encoding: MessageEncoding) throws(RPCError) -> [UInt8] {
    let written = try codec.response(message)
    let isCompressed = encoding != .identity
    let body = isCompressed ? try Compression.compress(written, as: encoding) : written
    guard body.count <= Int(UInt32.max) else {
      throw RPCError(.internal, "message is \(body.count) bytes; a frame holds 4,294,967,295")
    }
    return wire(flags: isCompressed ? 1 : 0, body)
  }

  /// The head of a call that fails before its response began; nil where the failure needs a frame.
  package func headOnly(_ error: RPCError, metadata: Metadata = Metadata()) -> HTTPHeaders? {
    guard !isConnect else { return nil }
    var headers = ResponseFields.trailersOnly(
      error: error, metadata: metadata, listsEncodings: error.code == .unimplemented)
    headers.replace("content-type", with: media.name)
    return headers
  }

  /// The last bytes of the response; no `error` is OK.
  package func end(_ error: RPCError?, metadata: Metadata = Metadata()) -> [UInt8] {
    if isConnect {
      return wire(flags: Self.connectEnd, errors.end(error, metadata: metadata))
    }
    var lines: [UInt8] = []
    for field in ResponseFields.trailers(error: error, metadata: metadata) {
      lines += "\(field.name): \(field.value)\r\n".utf8
    }
    return wire(flags: Self.webTrailers, lines)
  }

  private func wire(flags: UInt8, _ body: [UInt8]) -> [UInt8] {
    var frame = Envelope.frame(body)
    frame[0] = flags
    guard isText else { return frame }
    var text: [UInt8] = []
    frame.withUnsafeBytes { Base64.append($0, to: &text) }
    return text
  }
}
