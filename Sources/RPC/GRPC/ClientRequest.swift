internal import Buffers
package import HTTP
package import RPCCore

/// The header fields a gRPC client sends behind the pseudo-headers.
package enum ClientRequest {
  /// Fields of one attempt at a call; `remaining` is what is left of its deadline at this moment,
  /// `previousAttempts` how many there were before.
  package static func fields(
    _ metadata: Metadata, remaining: Duration?, userAgent: String,
    encoding: MessageEncoding = .identity, previousAttempts: Int = 0
  ) -> HTTPHeaders {
    var headers = HTTPHeaders()
    if let remaining { headers.add("grpc-timeout", Timeout.format(remaining)) }
    headers.add("content-type", "application/grpc")
    headers.add("te", "trailers")
    if encoding != .identity { headers.add("grpc-encoding", encoding.name) }
    headers.add("grpc-accept-encoding", MessageEncoding.accepted)
    headers.add("user-agent", userAgent)
    if previousAttempts > 0 { headers.add("grpc-previous-rpc-attempts", "\(previousAttempts)") }
    MetadataFields.append(metadata, to: &headers)
    return headers
  }
}

/// One base64 header value.
enum Base64Value {
  static func decode(_ text: String) -> [UInt8]? { Base64.decode(text) }
}
