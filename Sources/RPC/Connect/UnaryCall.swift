package import GRPC
package import HTTP
package import Protobuf
package import RPCCore
internal import Transcoding

/// One Connect call of one message each way: bare bodies, statuses of HTTP. Pure.
package struct UnaryCall: Sendable {
  private let codec: Codec
  private let payload: PayloadCodec
  private let errors: ConnectError
  private let encoding: MessageEncoding
  private let acceptsGzip: Bool
  private let limit: Int
  /// Set for a GET: what `if-none-match` names, and the type that may have an etag.
  private let conditional: (tags: [Substring], type: MessageType?)?

  /// A body below this is sent as it is, unless the handler asks for compression.
  private static let compressedFrom = 1_024

  /// A call that was accepted; `limit` bounds the request message in bytes. `encoding` is that of
  /// its body, or of the message in a GET's query.
  package init(
    codec: Codec, payload: PayloadCodec, errors: ConnectError, encoding: MessageEncoding,
    acceptsGzip: Bool, limit: Int, conditional: (tags: [Substring], type: MessageType?)? = nil
  ) {
    self.codec = codec
    self.payload = payload
    self.errors = errors
    self.encoding = encoding
    self.acceptsGzip = acceptsGzip
    self.limit = limit
    self.conditional = conditional
  }

  /// Whether the request message comes compressed.
  package var isRequestCompressed: Bool { encoding != .identity }

  /// Whether messages are JSON.
  package var isJSON: Bool { codec == .json }

  /// The request message in binary form. `body` is complete.
  package func request(_ body: [UInt8]) throws(RPCError) -> [UInt8] {
    guard body.count <= limit else {
      throw RPCError(.resourceExhausted, "message is larger than \(limit) bytes")
    }
    var plain = body
    do throws(RPCError) {
      plain = try Compression.decompress(body, from: encoding, limit: limit)
    } catch {
      guard error.code == .internal else { throw error }
      throw RPCError(.invalidArgument, error.message)
    }
    return try payload.request(plain)
  }

  /// The answer to a call that ended well. `compresses` is what the handler asked for.
  package func answer(
    _ message: [UInt8], initial: Metadata, trailers: Metadata, compresses: Bool?
  ) throws(RPCError) -> (head: HTTPResponseHead, body: [UInt8]) {
    var headers = Self.headers(initial, trailers)
    if let conditional {
      headers.add("vary", "accept-encoding")
      if let tag = conditional.type.flatMap({ EntityTag.of(message, $0) }) {
        headers.add("etag", tag)
        if EntityTag.list(conditional.tags, names: tag) {
          return (HTTPResponseHead(status: .notModified, headers: headers), [])
        }
      }
    }
    headers.add("content-type", MediaType.unary(codec).name)
    headers.add("accept-encoding", CallHead.connectEncodings)
    var body = try payload.response(message)
    if acceptsGzip, !body.isEmpty, compresses ?? (body.count >= Self.compressedFrom) {
      let coded = try Compression.compress(body, as: .gzip)
      if compresses == true || coded.count < body.count {
        body = coded
        headers.add("content-encoding", "gzip")
      }
    }
    return (HTTPResponseHead(status: .ok, headers: headers), body)
  }

  /// The answer to a call that failed.
  package func failure(
    _ error: RPCError, initial: Metadata, trailers: Metadata
  ) -> (head: HTTPResponseHead, body: [UInt8]) {
    var head = HTTPResponseHead(
      status: ConnectError.status(error.code), headers: Self.headers(initial, trailers))
    MetadataFields.append(error.metadata, to: &head.headers)
    head.headers.replace("content-type", with: "application/json")
    if error.code == .unimplemented {
      head.headers.replace("accept-encoding", with: CallHead.connectEncodings)
    }
    return (head, errors.body(error))
  }

  private static func headers(_ initial: Metadata, _ trailers: Metadata) -> HTTPHeaders {
    var headers = HTTPHeaders()
    MetadataFields.append(initial, to: &headers)
    var behind = HTTPHeaders()
    MetadataFields.append(trailers, to: &behind)
    for field in behind { headers.add("trailer-" + field.name, field.value) }
    return headers
  }
}
