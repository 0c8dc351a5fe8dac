/// The number of a stream; odd for those a client opens.
package typealias HTTP2StreamID = Int32

/// What arrived or happened; pointers inside are valid only while the event is delivered.
@unsafe
package enum HTTP2Event {
  /// A whole header block. `.response` may come more than once (1xx first).
  case headers(HTTP2StreamID, HTTP2HeaderBlock, HTTP2HeaderKind, endStream: Bool)
  /// A request or response whose fields exceed the limit; they are dropped. Answer 431 or reset.
  case headerListTooLarge(HTTP2StreamID, endStream: Bool)
  /// Body bytes without padding; may be empty when `endStream`. Connection credit is given back
  /// already, stream credit by `consume(_:count:)`.
  case data(HTTP2StreamID, UnsafeRawBufferPointer, endStream: Bool)
  /// RST_STREAM from the peer; `streamClosed` follows.
  case reset(HTTP2StreamID, HTTP2ErrorCode)
  /// The request never left us, so the peer knows nothing of it; `streamClosed` follows.
  case notSent(HTTP2StreamID)
  /// The stream is gone in both directions. Exactly once for every stream that was announced by
  /// `headers` or `headerListTooLarge`, or opened by `submitRequest`.
  case streamClosed(HTTP2StreamID, HTTP2ErrorCode)
  /// The stream's queue has fallen to the threshold of `notifyDrained(_:atOrBelow:)`.
  case drained(HTTP2StreamID)
  /// The peer's SETTINGS are in force.
  case settings
  /// The peer has taken our SETTINGS.
  case settingsAcknowledged
  /// A PING, which nghttp2 answers by itself.
  case ping(UInt64)
  case pingAcknowledged(UInt64)
  /// Streams above `lastStream` were not and will not be looked at.
  case goAway(lastStream: HTTP2StreamID, HTTP2ErrorCode, debug: String)
  /// The peer ran into a limit; GOAWAY is queued and nothing more is read.
  case abuse(HTTP2Abuse)
  /// The peer broke the protocol; a GOAWAY with this code was sent and nothing more is read.
  case violation(HTTP2ErrorCode)
}

/// What a header block is.
package enum HTTP2HeaderKind: Sendable {
  case request
  case response
  case trailers
}
