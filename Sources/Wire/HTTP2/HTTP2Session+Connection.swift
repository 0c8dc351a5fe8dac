internal import CNghttp2

extension HTTP2Session {
  /// Sends a PING whose answer comes as `pingAcknowledged` with the same value.
  package func ping(_ value: UInt64) {
    unsafe withUnsafeBytes(of: value.bigEndian) { bytes in
      _ = unsafe nghttp2_submit_ping(
        raw, 0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// Sends GOAWAY: streams above `lastStream` will not be looked at. May be repeated with less.
  ///
  /// With `Int32.max` it is the announcement that begins a graceful drain (RFC 9113, 6.8).
  package func goAway(
    lastStream: HTTP2StreamID, _ code: HTTP2ErrorCode, debug: String = ""
  ) {
    let text = Array(debug.utf8)
    unsafe core.pointee.goAwayCode = code.rawValue
    _ = unsafe nghttp2_submit_goaway(raw, 0, lastStream, code.rawValue, text, text.count)
  }

  /// The last stream of the peer that was begun here; 0 before the first.
  package var lastReceivedStream: HTTP2StreamID {
    unsafe nghttp2_session_get_last_proc_stream_id(raw)
  }

  /// Streams that are open, those of a client that wait for the peer's limit included.
  package var streamCount: Int { unsafe core.pointee.streams.count }

  /// Bytes of all streams that were submitted and are not framed yet.
  package var queuedBytes: Int { unsafe core.pointee.queuedBytes }

  /// Whether a header block, or a frame's nine first bytes, have come in part.
  package var isMidHeaders: Bool {
    unsafe core.pointee.block.isOpen || core.pointee.scanner.isMidHeader
  }

  /// Every open stream, in no order.
  package var streamIDs: [HTTP2StreamID] { unsafe core.pointee.streams.ids }

  /// HEADERS and DATA frames sent so far; a server that counts pings starts over when it changes.
  package var framesSent: UInt64 { unsafe core.pointee.framesSent }

  /// Streams the peer lets us have open at once.
  package var peerMaxConcurrentStreams: UInt32 {
    unsafe nghttp2_session_get_remote_settings(raw, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
  }

  /// The peer's limit for one header block, counted as name + value + 32 per field.
  package var peerMaxHeaderListSize: UInt32 {
    unsafe nghttp2_session_get_remote_settings(raw, NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE)
  }
}
