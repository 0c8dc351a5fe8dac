package import RPCCore

/// Where a status comes from when the peer gave none (rows 6.1 and 6.2 of the wire sheet).
package enum StatusMapping {
  /// What a client makes of a stream reset with this HTTP/2 error code.
  package static func status(http2Error: UInt32) -> StatusCode {
    switch http2Error {
    case 7: .unavailable
    case 8: .cancelled
    case 11: .resourceExhausted
    case 12: .permissionDenied
    case 13: .unknown
    default: .internal
    }
  }

  /// What a client makes of an HTTP status without `grpc-status`.
  package static func status(http: Int) -> StatusCode {
    switch http {
    case 400: .internal
    case 401: .unauthenticated
    case 403: .permissionDenied
    case 404: .unimplemented
    case 429, 502, 503, 504: .unavailable
    default: .unknown
    }
  }
}
