internal import Glibc

/// Field names that are recognised once, on arrival, so that nobody compares text again.
package enum HTTP2FieldName: UInt8, Sendable {
  case other
  case method, scheme, path, authority, status, `protocol`
  case host, te, accept, cookie, origin
  case contentType, contentLength, userAgent, authorization, traceparent
  case grpcTimeout, grpcEncoding, grpcAcceptEncoding
  case grpcStatus, grpcMessage, grpcStatusDetails

  /// The name on the wire; empty for `other`.
  package var text: StaticString {
    switch self {
    case .other: ""
    case .method: ":method"
    case .scheme: ":scheme"
    case .path: ":path"
    case .authority: ":authority"
    case .status: ":status"
    case .protocol: ":protocol"
    case .host: "host"
    case .te: "te"
    case .accept: "accept"
    case .cookie: "cookie"
    case .origin: "origin"
    case .contentType: "content-type"
    case .contentLength: "content-length"
    case .userAgent: "user-agent"
    case .authorization: "authorization"
    case .traceparent: "traceparent"
    case .grpcTimeout: "grpc-timeout"
    case .grpcEncoding: "grpc-encoding"
    case .grpcAcceptEncoding: "grpc-accept-encoding"
    case .grpcStatus: "grpc-status"
    case .grpcMessage: "grpc-message"
    case .grpcStatusDetails: "grpc-status-details-bin"
    }
  }

  /// ``text`` as a String that costs nothing to copy.
  package var string: String { Self.strings[Int(rawValue)] }

  private static let strings = (0...Self.grpcStatusDetails.rawValue).map { value in
    Self(rawValue: value)?.text.description ?? ""
  }

  /// Whether this is a pseudo-header field.
  package var isPseudo: Bool {
    rawValue >= Self.method.rawValue && rawValue <= Self.protocol.rawValue
  }

  /// The case for `name`, chosen by its length and then at most three comparisons.
  init(recognising name: UnsafeRawBufferPointer) {
    self = unsafe Self.candidate(name) ?? .other
  }

  private static func candidate(_ name: UnsafeRawBufferPointer) -> Self? {
    switch name.count {
    case 2: unsafe match(name, .te)
    case 4: unsafe match(name, .host)
    case 5: unsafe match(name, .path)
    case 6: unsafe match(name, .accept) ?? match(name, .cookie) ?? match(name, .origin)
    case 7: unsafe match(name, .method) ?? match(name, .scheme) ?? match(name, .status)
    case 9: unsafe match(name, .protocol)
    case 10: unsafe match(name, .authority) ?? match(name, .userAgent)
    case 11: unsafe match(name, .grpcStatus) ?? match(name, .traceparent)
    case 12:
      unsafe match(name, .contentType) ?? match(name, .grpcTimeout) ?? match(name, .grpcMessage)
    case 13: unsafe match(name, .grpcEncoding) ?? match(name, .authorization)
    case 14: unsafe match(name, .contentLength)
    case 20: unsafe match(name, .grpcAcceptEncoding)
    case 23: unsafe match(name, .grpcStatusDetails)
    default: nil
    }
  }

  /// `name` has the right length already.
  @inline(__always)
  private static func match(_ name: UnsafeRawBufferPointer, _ wanted: Self) -> Self? {
    guard let start = name.baseAddress else { return nil }
    return unsafe memcmp(start, wanted.text.utf8Start, name.count) == 0 ? wanted : nil
  }
}
