internal import Buffers
package import HTTP
package import RPCCore

/// The header fields a gRPC server sends, `:status` left to the transport.
package enum ResponseFields {
  /// Longest `grpc-message` sent, in bytes before encoding; the rest is cut off.
  package static let messageLimit = 2_048

  /// Fields of the response head.
  package static func head(_ metadata: Metadata, encoding: MessageEncoding) -> HTTPHeaders {
    var headers: HTTPHeaders = ["content-type": "application/grpc"]
    if encoding != .identity { headers.add("grpc-encoding", encoding.name) }
    MetadataFields.append(metadata, to: &headers)
    return headers
  }

  /// Trailers of a call: OK when `error` is `nil`. More than `limit` bytes, counted as HTTP/2
  /// counts them, lose the details first, then the metadata.
  package static func trailers(
    error: RPCError?, metadata: Metadata, limit: Int = 8_192
  ) -> HTTPHeaders {
    var headers = status(error)
    guard let error else {
      MetadataFields.append(metadata, to: &headers)
      return size(headers) <= limit ? headers : status(nil)
    }
    var full = headers
    MetadataFields.append(metadata, to: &full)
    MetadataFields.append(error.metadata, to: &full)
    if size(full) <= limit { headers = full }
    guard !error.details.isEmpty else { return headers }
    var detailed = headers
    detailed.add(
      "grpc-status-details-bin",
      Base64.encode(StatusDetails.encode(error), variant: .standard, padded: false))
    return size(detailed) <= limit ? detailed : headers
  }

  /// The only fields of a call that fails before anything was sent.
  package static func trailersOnly(
    error: RPCError, metadata: Metadata, listsEncodings: Bool = false
  ) -> HTTPHeaders {
    var headers: HTTPHeaders = ["content-type": "application/grpc"]
    if listsEncodings { headers.add("grpc-accept-encoding", MessageEncoding.accepted) }
    for field in trailers(error: error, metadata: metadata) { headers.add(field.name, field.value) }
    return headers
  }

  private static func status(_ error: RPCError?) -> HTTPHeaders {
    guard let error else { return ["grpc-status": "0"] }
    var headers: HTTPHeaders = ["grpc-status": "\(error.code.rawValue)"]
    if !error.message.isEmpty { headers.add("grpc-message", cut(error.message)) }
    return headers
  }

  private static func cut(_ message: String) -> String {
    guard message.utf8.count > messageLimit else { return StatusMessage.encode(message) }
    return StatusMessage.encode(String(decoding: message.utf8.prefix(messageLimit), as: UTF8.self))
  }

  private static func size(_ headers: HTTPHeaders) -> Int {
    headers.fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
  }
}
