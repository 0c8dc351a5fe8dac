internal import GRPC
internal import HTTP
internal import RPCCore

/// The two stream machines of one gRPC call, joined without HTTP/2 between them.
///
/// What one side sends is framed, and compressed where the call asks for it; header fields and
/// trailers are made and read as over a wire. So what a wire changes or refuses is seen here too.
struct StreamPair {
  private var server: ServerStreamMachine
  private var client: ClientStreamMachine
  /// What the server's answers are compressed with.
  private var responseEncoding = MessageEncoding.identity
  private let request: RequestFields
  private let limit: Int
  private let requestLimit: Int

  /// How a call ends for its client.
  struct End {
    var error: RPCError?
    var trailers: Metadata
  }

  /// What a piece of a stream completes, and the error that it ends the call with.
  struct Arrival {
    var messages: [ReceivedMessage] = []
    var failure: RPCError?
  }

  /// A call whose client sends `fields`. The server takes messages of up to `limit` bytes; the client
  /// sends none above `requestLimit`, and takes none above `responseLimit`.
  init(fields: HTTPHeaders, limit: Int, requestLimit: Int, responseLimit: Int) {
    var request = RequestFields()
    for field in fields {
      Self.withBytes(field.name) { name in
        Self.withBytes(field.value) { request.add(name: name, value: $0) }
      }
    }
    self.request = request
    self.limit = limit
    self.requestLimit = requestLimit
    server = ServerStreamMachine(encoding: request.encoding, limit: limit)
    client = ClientStreamMachine(limit: responseLimit)
  }

  private static func withBytes(_ text: String, _ body: (UnsafeRawBufferPointer) -> Void) {
    var text = text
    text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }

  /// What the handler sees of the client's fields.
  var metadata: Metadata { request.metadata }

  /// The client's `grpc-timeout`.
  var timeout: Duration? { request.timeout.map { .nanoseconds($0) } }

  /// Why the server refuses the call at once.
  var problem: RPCError? { request.problem?.error }

  // MARK: Requests

  /// The client sends a message. Throws when it may not.
  mutating func request(_ message: [UInt8], compressed: Bool) throws -> Arrival {
    let isCompressed = compressed && request.encoding != .identity
    let body = isCompressed ? try Compression.compress(message, as: request.encoding) : message
    guard body.count <= requestLimit else {
      throw RPCError(
        .resourceExhausted, "message is \(body.count) bytes; the limit is \(requestLimit)")
    }
    return arrive(Envelope.frame(body, compressed: isCompressed), endStream: false)
  }

  /// The client ends its side.
  mutating func endRequests() -> Arrival { arrive([], endStream: true) }

  private mutating func arrive(_ bytes: [UInt8], endStream: Bool) -> Arrival {
    var arrival = Arrival()
    bytes.withUnsafeBytes { bytes in
      do throws(RPCError) {
        try server.receive(bytes, endStream: endStream) { arrival.messages.append($0) }
      } catch {
        arrival.failure = error
      }
    }
    return arrival
  }

  /// A request message as its handler takes it.
  func opened(_ message: ReceivedMessage) throws -> [UInt8] {
    guard message.wasCompressed else { return message.bytes }
    return try Compression.decompress(message.bytes, from: request.encoding, limit: limit)
  }

  // MARK: Responses

  /// The server sends its head unless it has; the headers as the client reads them, then.
  mutating func respondHead(_ context: RPCContext) -> Metadata? {
    guard server.send() == .headFirst else { return nil }
    return sendHead(context)
  }

  private mutating func sendHead(_ context: RPCContext) -> Metadata? {
    if request.acceptsGzip, context.compressesResponses != nil { responseEncoding = .gzip }
    let fields = ResponseFields.head(context.initialMetadata, encoding: responseEncoding)
    let answer = client.receiveHead(status: 200, fields, endStream: false)
    if case .head(let metadata) = answer { return metadata }
    return nil
  }

  /// The server sends a message, its head having gone out.
  mutating func respond(_ message: [UInt8], _ context: RPCContext) throws -> Arrival {
    let isCompressed = responseEncoding != .identity && context.compressesResponses == true
    let body = isCompressed ? try Compression.compress(message, as: responseEncoding) : message
    var arrival = Arrival()
    let answer = Envelope.frame(body, compressed: isCompressed).withUnsafeBytes { bytes in
      client.receiveData(bytes, endStream: false) { arrival.messages.append($0) }
    }
    if case .failed(let error, _) = answer { arrival.failure = error }
    return arrival
  }

  /// The server ends the call; `nil` when it had ended. The headers are given when they go out now.
  mutating func finish(
    _ error: RPCError?, _ context: RPCContext
  ) -> (headers: Metadata?, end: End)? {
    let trailers = context.trailers
    var headers: Metadata?
    let answer: ClientStreamMachine.OnReceive
    switch server.finish(hasHead: !context.initialMetadata.isEmpty, isOK: error == nil) {
    case .alreadyFinished: return nil
    case .trailersOnly:
      let status = error ?? RPCError(.unknown, "the call ended without a status")
      let fields = ResponseFields.trailersOnly(error: status, metadata: trailers)
      answer = client.receiveHead(status: 200, fields, endStream: true)
    case .headAndTrailers:
      headers = sendHead(context)
      answer = receive(ResponseFields.trailers(error: error, metadata: trailers))
    case .trailers:
      answer = receive(ResponseFields.trailers(error: error, metadata: trailers))
    }
    switch answer {
    case .succeeded(let trailers): return (headers, End(error: nil, trailers: trailers))
    case .failed(let error, _): return (headers, End(error: error, trailers: error.metadata))
    case .head, .nothing: return nil
    }
  }

  private mutating func receive(_ trailers: HTTPHeaders) -> ClientStreamMachine.OnReceive {
    client.receiveTrailers(trailers, endStream: true)
  }

  /// The client gives the call up; nothing that the server sends reaches it any more.
  mutating func abandon(_ error: RPCError) {
    _ = client.abandon(error)
    _ = server.finish(hasHead: false, isOK: false)
  }
}
