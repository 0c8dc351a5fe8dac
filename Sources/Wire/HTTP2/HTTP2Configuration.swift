/// Which end of the connection this is.
package enum HTTP2Role: Sendable {
  case server
  case client
}

/// What one HTTP/2 connection advertises, allows and tolerates.
package struct HTTP2Configuration: Sendable {
  /// Streams the peer may have open at once.
  package var maxConcurrentStreams: UInt32 = 100
  /// Bytes of name + value + 32 per field; advertised, and enforced while fields arrive.
  package var maxHeaderListSize: Int = 16 * 1024
  /// Credit of a new stream; must hold the largest message, or its reader must consume early.
  package var initialStreamWindow: Int32 = 1024 * 1024
  /// Credit of the connection; given back as soon as bytes arrive.
  package var connectionWindow: Int32 = 8 * 1024 * 1024
  /// Largest frame the peer may send: 16,384 ... 16,777,215.
  package var maxFrameSize: UInt32 = 16_384
  /// Whether the peer may open a WebSocket on a stream (RFC 8441).
  package var enableConnectProtocol = false
  /// Whether a server frees a stream by RST_STREAM(NO_ERROR) when it has answered in full before
  /// the request ended (RFC 9113, 8.1), unless the stream is one that lingers.
  package var resetAfterEarlyEnd = true
  package var abuse = HTTP2AbuseLimits()

  /// The defaults above.
  package init() {}
}

/// How much of what only costs us work a peer may do before it gets GOAWAY(ENHANCE_YOUR_CALM).
package struct HTTP2AbuseLimits: Sendable {
  /// A bucket's size and refill per second.
  package struct Rate: Sendable {
    package var burst: Double
    package var perSecond: Double

    package init(burst: Double, perSecond: Double) {
      self.burst = burst
      self.perSecond = perSecond
    }
  }

  /// RST_STREAM that comes with the HEADERS of its stream, in one read, so that nothing could be
  /// done for it (CVE-2023-44487). Each header block we send, and each stream that is reset later,
  /// earns eight back.
  package var resets = Rate(burst: 600, perSecond: 100)
  /// RST_STREAM that comes later, on a stream we have not answered: work begun and thrown away.
  /// Each header block we send earns one back.
  package var cancellations = Rate(burst: 20_000, perSecond: 1000)
  /// Streams refused because too many are open.
  package var refusals = Rate(burst: 1000, perSecond: 100)
  /// RST_STREAM the peer's frames force us to send (CVE-2025-8671).
  package var streamErrors = Rate(burst: 200, perSecond: 7)
  /// PING, SETTINGS, PRIORITY, unknown frames and empty DATA; each frame we send earns one back.
  package var controlFrames = Rate(burst: 1000, perSecond: 100)
  /// WINDOW_UPDATE; each frame we send earns ten back.
  package var windowUpdates = Rate(burst: 4000, perSecond: 400)
  /// CONTINUATION frames of one header block.
  package var continuations = 8
  /// Frames nghttp2 may hold back for a peer that does not read.
  package var outboundQueue = 5000

  /// The defaults above.
  package init() {}
}

/// Which limit a peer ran into.
package enum HTTP2Abuse: String, CaseIterable, Sendable {
  case resets = "rapid_resets"
  case cancellations
  case refusals = "refused_streams"
  case streamErrors = "stream_errors"
  case controlFrames = "control_frames"
  case windowUpdates = "window_updates"
  case continuations
  case headerList = "header_list"
  case outboundQueue = "outbound_queue"
}
