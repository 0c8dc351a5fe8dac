internal import HTTP2

/// Why the server ended a connection or a stream before its time: the `reason` of the metrics and
/// of the log line. Sources/RPC/LIMITS.md says what each one means.
enum EndReason: String, CaseIterable {
  // Connections that never came to anything, or fell silent.
  case handshakeTimeout = "handshake_timeout"
  case headerTimeout = "header_timeout"
  case keepaliveTimeout = "keepalive_timeout"
  case tooManyPings = "too_many_pings"
  case stalledConnection = "stalled_connection"
  case silentWebSocket = "silent_websocket"
  // Connections that broke a protocol.
  case tlsFailed = "tls"
  case http1Malformed = "http1_malformed"
  case http1TooLarge = "http1_too_large"
  case http2Preface = "http2_preface"
  case http2Violation = "http2_violation"
  case webSocketViolation = "websocket_violation"
  // Connections that kept within the protocol and beyond all measure; as `HTTP2Abuse` names them.
  case rapidResets = "rapid_resets"
  case cancellations
  case refusedStreams = "refused_streams"
  case streamErrors = "stream_errors"
  case controlFrames = "control_frames"
  case windowUpdates = "window_updates"
  case continuations
  case headerList = "header_list"
  case outboundQueue = "outbound_queue"
  case responseMemory = "response_memory"
  // Streams and exchanges; their connection goes on.
  case stalledStream = "stalled_stream"
  case webSocketStreamViolation = "websocket_stream_violation"
  case idleStream = "idle_stream"
  case bodyTimeout = "body_timeout"
  case bodySize = "body_size"
  case unwantedBody = "unwanted_body"
  case messageSize = "message_size"
  case headerListSize = "header_list_size"
  case requestMemory = "request_memory"

  /// The limit a peer ran into.
  init(_ abuse: HTTP2Abuse) {
    // A test holds that every one has its name here.
    self = EndReason(rawValue: abuse.rawValue) ?? .http2Violation
  }

  /// Whether it ends one stream, and not the connection.
  var isOfStream: Bool {
    switch self {
    case .stalledStream, .idleStream, .bodyTimeout, .bodySize, .unwantedBody, .messageSize,
      .headerListSize, .requestMemory, .webSocketStreamViolation:
      true
    default: false
    }
  }

  /// Whether the peer spent an allowance that no fair one comes near; it counts against its address.
  var isAbuse: Bool {
    switch self {
    case .rapidResets, .cancellations, .refusedStreams, .streamErrors, .controlFrames,
      .windowUpdates, .continuations, .headerList, .outboundQueue, .responseMemory,
      .tooManyPings:
      true
    default: false
    }
  }
}

/// Why a connection was not let in.
enum RefusalReason: String, CaseIterable {
  case connections
  case connectionsPerAddress = "connections_per_address"
  case addressAbuse = "address_abuse"
}
