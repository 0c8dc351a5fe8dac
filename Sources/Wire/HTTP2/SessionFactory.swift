internal import CNghttp2

/// Makes an nghttp2 session with our options and queues its first frames.
enum SessionFactory {
  /// The session refers to `core` until it is deleted.
  static func make(
    _ role: HTTP2Role, _ configuration: HTTP2Configuration,
    _ core: UnsafeMutablePointer<SessionCore>
  ) throws(HTTP2Error) -> OpaquePointer {
    var callbacks: OpaquePointer?
    var option: OpaquePointer?
    guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0, let callbacks = unsafe callbacks
    else { throw HTTP2Error(.setUp, "nghttp2 callbacks could not be allocated") }
    defer { unsafe nghttp2_session_callbacks_del(callbacks) }
    guard unsafe nghttp2_option_new(&option) == 0, let option = unsafe option else {
      throw HTTP2Error(.setUp, "nghttp2 options could not be allocated")
    }
    defer { unsafe nghttp2_option_del(option) }
    unsafe SessionCallbacks.install(in: callbacks)
    unsafe set(option, configuration)
    var session: OpaquePointer?
    let result = unsafe SessionMemory.withFunctions(core) { memory in
      switch role {
      case .server:
        unsafe nghttp2_session_server_new3(&session, callbacks, core, option, memory)
      case .client:
        unsafe nghttp2_session_client_new3(&session, callbacks, core, option, memory)
      }
    }
    guard result == 0, let session = unsafe session else {
      throw HTTP2Error(.setUp, "nghttp2 session could not be made (\(result))")
    }
    unsafe submitSettings(session, role, configuration)
    return unsafe session
  }

  private static func set(_ option: OpaquePointer, _ configuration: HTTP2Configuration) {
    unsafe nghttp2_option_set_no_auto_window_update(option, 1)
    unsafe nghttp2_option_set_no_closed_streams(option, 1)
    // We trim values ourselves; nghttp2 would drop such a field without a word.
    unsafe nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1)
    // 1.52 counts partial reads, so a slow legal client would be cut off: AbuseMeter counts frames.
    unsafe nghttp2_option_set_max_continuations(option, 4096)
    // AbuseMeter does this too, with a better code than INTERNAL_ERROR and by our own clock.
    unsafe nghttp2_option_set_stream_reset_rate_limit(option, 1 << 32, 1 << 32)
    unsafe nghttp2_option_set_max_send_header_block_length(option, 256 * 1024)
  }

  private static func submitSettings(
    _ session: OpaquePointer, _ role: HTTP2Role, _ configuration: HTTP2Configuration
  ) {
    var entries = [
      entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, .max),
      entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, UInt32(configuration.initialStreamWindow)),
      entry(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, configuration.maxFrameSize),
      entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, UInt32(configuration.maxHeaderListSize)),
    ]
    switch role {
    case .server:
      if configuration.enableConnectProtocol {
        entries.append(entry(NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1))
      }
    case .client:
      entries[0] = entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0)
    }
    _ = unsafe nghttp2_submit_settings(session, 0, entries, entries.count)
    _ = unsafe nghttp2_session_set_local_window_size(
      session, 0, 0, configuration.connectionWindow)
  }

  /// The server's preface, with the stream limit as the client is to see it.
  ///
  /// nghttp2 ends the connection at a stream beyond the limit it has announced, where RFC 9113
  /// (5.1.2) asks for a stream error. So it believes in no limit, and `SessionCallbacks` refuses.
  static func firstFlight(
    _ session: OpaquePointer, _ configuration: HTTP2Configuration
  ) -> [UInt8] {
    var flight: [UInt8] = []
    var start: UnsafePointer<UInt8>?
    while case let count = unsafe nghttp2_session_mem_send(session, &start), count > 0 {
      unsafe flight.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
    }
    // A frame's header is 9 bytes, then come the entries: 2 bytes of name, 4 of value.
    for entry in stride(from: 9, to: flight.count - 5, by: 6)
    where flight[entry] == 0 && flight[entry + 1] == 3 {
      for index in 0..<4 {
        flight[entry + 2 + index] = UInt8(
          truncatingIfNeeded: configuration.maxConcurrentStreams >> UInt32(24 - 8 * index))
      }
      break
    }
    return flight
  }

  private static func entry(
    _ id: nghttp2_settings_id, _ value: UInt32
  ) -> nghttp2_settings_entry {
    nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: value)
  }
}
