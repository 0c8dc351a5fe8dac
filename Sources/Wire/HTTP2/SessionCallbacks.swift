internal import Buffers
internal import CNghttp2

/// The functions nghttp2 calls. They only write into `SessionCore`; none re-enters nghttp2 except
/// by the submit calls its manual allows there.
enum SessionCallbacks {
  typealias Core = UnsafeMutablePointer<SessionCore>

  private static let data = UInt8(NGHTTP2_DATA.rawValue)
  private static let headers = UInt8(NGHTTP2_HEADERS.rawValue)
  private static let rstStream = UInt8(NGHTTP2_RST_STREAM.rawValue)
  private static let settings = UInt8(NGHTTP2_SETTINGS.rawValue)
  private static let ping = UInt8(NGHTTP2_PING.rawValue)
  private static let goAway = UInt8(NGHTTP2_GOAWAY.rawValue)
  private static let endStream = UInt8(NGHTTP2_FLAG_END_STREAM.rawValue)
  private static let acknowledgement = UInt8(NGHTTP2_FLAG_ACK.rawValue)

  /// Fills a callbacks object; nghttp2 copies it into the session.
  static func install(in callbacks: OpaquePointer) {
    unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { raw, header, user in
      unsafe SessionCallbacks.begin(raw, sessionCore(user), header.unsafelyUnwrapped.pointee)
    }
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { raw, frame, user in
      unsafe SessionCallbacks.beginHeaders(raw, sessionCore(user), frame.unsafelyUnwrapped)
    }
    unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, _, name, nameLength, value, valueLength, _, user in
      unsafe SessionCallbacks.header(
        sessionCore(user), UnsafeRawBufferPointer(start: name, count: nameLength),
        UnsafeRawBufferPointer(start: value, count: valueLength))
    }
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
      _, _, id, bytes, length, user in
      let core = unsafe sessionCore(user)
      unsafe core.pointee.connectionCredit += length
      unsafe core.pointee.inbox.records.append(
        .data(id, UnsafeRawBufferPointer(start: bytes, count: length), endStream: false))
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
      unsafe SessionCallbacks.received(sessionCore(user), frame.unsafelyUnwrapped)
    }
    unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) {
      _, frame, _, user in
      unsafe SessionCallbacks.invalid(sessionCore(user), frame.unsafelyUnwrapped)
    }
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, code, user in
      unsafe sessionCore(user).pointee.closeStream(id, code: code)
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { raw, frame, user in
      unsafe SessionCallbacks.sent(raw, sessionCore(user), frame.unsafelyUnwrapped)
    }
    unsafe nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) {
      _, frame, _, user in
      unsafe SessionCallbacks.notSent(sessionCore(user), frame.unsafelyUnwrapped)
    }
    unsafe nghttp2_session_callbacks_set_send_data_callback(callbacks) {
      _, _, frameHeader, length, source, user in
      unsafe SessionCallbacks.sendData(sessionCore(user), frameHeader, length, source)
    }
  }

  /// Judges HEADERS on a stream that nghttp2 has forgotten, and would ignore.
  ///
  /// On one that ended, or that its client passed over, they are an error (RFC 9113, 5.1.1). On one
  /// that we reset they were on their way; each costs its decoding, and is none of a stream's.
  private static func begin(
    _ raw: OpaquePointer?, _ core: Core, _ frame: nghttp2_frame_hd
  ) -> Int32 {
    let id = frame.stream_id
    guard frame.type == headers, unsafe core.pointee.isForgotten(id, by: raw) else { return 0 }
    if unsafe !core.pointee.mayBeLate(id) {
      unsafe core.pointee.violation = SessionCore.Violation(
        code: .protocolError, text: "HEADERS on a closed stream")
    } else if let trip = unsafe core.pointee.meter.receivedUnowned() {
      unsafe core.pointee.trip = trip
    } else {
      return 0
    }
    return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
  }

  private static func beginHeaders(
    _ raw: OpaquePointer?, _ core: Core, _ frame: UnsafePointer<nghttp2_frame>
  ) -> Int32 {
    let id = unsafe frame.pointee.hd.stream_id
    let category = unsafe frame.pointee.headers.cat
    if category == NGHTTP2_HCAT_REQUEST {
      if unsafe core.pointee.streams.count >= core.pointee.configuration.maxConcurrentStreams {
        return unsafe refuse(raw, core, id)
      }
      _ = unsafe core.pointee.streams.insert(id)
      unsafe core.pointee.beginBlock(id, .request)
    } else {
      // A :status among the fields makes it a response, also the final one after 1xx.
      unsafe core.pointee.beginBlock(id, .trailers)
    }
    return 0
  }

  /// Refuses a stream beyond the limit in the way that lets its client try again elsewhere; the
  /// header block is still decoded, for the compression context's sake.
  private static func refuse(
    _ raw: OpaquePointer?, _ core: Core, _ id: HTTP2StreamID
  ) -> Int32 {
    unsafe core.pointee.refusedStream()
    _ = unsafe nghttp2_submit_rst_stream(
      raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, NGHTTP2_REFUSED_STREAM.rawValue)
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
  }

  private static func header(
    _ core: Core, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) -> Int32 {
    unsafe core.pointee.addField(name, value)
    guard unsafe core.pointee.isBlockHopeless else { return 0 }
    unsafe core.pointee.trip = .headerList
    return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
  }

  private static func received(_ core: Core, _ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let header = unsafe frame.pointee.hd
    switch header.type {
    case data:
      if header.flags & endStream != 0 { unsafe core.pointee.inbox.endStream(header.stream_id) }
    case headers:
      unsafe core.pointee.finishBlock(endStream: header.flags & endStream != 0)
    case rstStream:
      unsafe receivedReset(core, header.stream_id, frame.pointee.rst_stream.error_code)
    case settings:
      unsafe core.pointee.inbox.records.append(
        header.flags & acknowledgement != 0 ? .settingsAcknowledged : .settings)
    case ping:
      let bytes = unsafe frame.pointee.ping.opaque_data
      let value = unsafe withUnsafeBytes(of: bytes) { unsafe $0.loadUnaligned(as: UInt64.self) }
      unsafe core.pointee.inbox.records.append(
        .ping(UInt64(bigEndian: value), isAcknowledgement: header.flags & acknowledgement != 0))
    case goAway: unsafe receivedGoAway(core, frame.pointee.goaway)
    default: break
    }
    return 0
  }

  private static func receivedReset(_ core: Core, _ id: HTTP2StreamID, _ code: UInt32) {
    guard let stream = unsafe core.pointee.streams.find(id) else { return }
    if unsafe core.pointee.role == .server, unsafe !stream.pointee.hasSubmittedHeaders {
      // A block that is still open is not announced; its stream counts as reset at once too.
      let isAnnounced = unsafe stream.pointee.isAnnounced
      let atOnce = unsafe !isAnnounced || stream.pointee.batch == core.pointee.batch
      if let trip = unsafe core.pointee.meter.receivedReset(atOnce: atOnce) {
        unsafe core.pointee.trip = trip
      }
      if atOnce, isAnnounced { return unsafe core.pointee.withdraw(stream, code: code) }
    }
    unsafe core.pointee.inbox.records.append(.reset(id, code))
  }

  private static func receivedGoAway(_ core: Core, _ frame: nghttp2_goaway) {
    let start = unsafe core.pointee.inbox.bytes.count
    // A debug text is for a log line; more than this is noise.
    let kept = unsafe UnsafeRawBufferPointer(
      start: frame.opaque_data, count: min(frame.opaque_data_len, 256))
    unsafe core.pointee.inbox.bytes.append(kept)
    unsafe core.pointee.inbox.records.append(
      .goAway(frame.last_stream_id, frame.error_code, debug: start..<(start + kept.count)))
  }

  /// grpc-go says goodbye with the number of its own last stream where one of ours belongs (RFC 9113,
  /// 6.8). nghttp2 answers that with an error; nobody is to be blamed for it.
  private static func invalid(_ core: Core, _ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let header = unsafe frame.pointee.hd
    guard header.type == goAway, header.stream_id == 0, unsafe core.pointee.role == .server,
      unsafe frame.pointee.goaway.error_code == NGHTTP2_NO_ERROR.rawValue
    else { return 0 }
    unsafe core.pointee.goAwayCode = HTTP2ErrorCode.protocolError.rawValue
    unsafe receivedGoAway(core, frame.pointee.goaway)
    return 0
  }

  private static func sent(
    _ raw: OpaquePointer?, _ core: Core, _ frame: UnsafePointer<nghttp2_frame>
  ) -> Int32 {
    let header = unsafe frame.pointee.hd
    switch header.type {
    case data, headers:
      unsafe core.pointee.framesSent &+= 1
      unsafe core.pointee.meter.sentFrame()
      if header.type == headers { unsafe sentHeaders(core, header.stream_id) }
      if header.flags & endStream != 0 { unsafe answeredInFull(raw, core, header.stream_id) }
    case rstStream:
      unsafe sentReset(core, header.stream_id, frame.pointee.rst_stream.error_code)
    case goAway: unsafe sentGoAway(core, frame.pointee.goaway)
    default: break
    }
    return 0
  }

  private static func sentHeaders(_ core: Core, _ id: HTTP2StreamID) {
    unsafe core.pointee.meter.sentHeaders()
    guard unsafe core.pointee.role == .client else { return }
    unsafe core.pointee.streams.find(id)?.pointee.isHeadSent = true
  }

  private static func sentReset(_ core: Core, _ id: HTTP2StreamID, _ code: UInt32) {
    unsafe core.pointee.lastReset = max(core.pointee.lastReset, id)
    let isOurs = unsafe core.pointee.streams.find(id)?.pointee.isResetByCaller ?? false
    guard !isOurs, code != NGHTTP2_REFUSED_STREAM.rawValue else { return }
    if let trip = unsafe core.pointee.meter.sentStreamError() { unsafe core.pointee.trip = trip }
  }

  /// A GOAWAY that nobody here asked for is nghttp2's verdict on what the peer sent.
  private static func sentGoAway(_ core: Core, _ frame: nghttp2_goaway) {
    unsafe core.pointee.isGoAwaySent = true
    let code = unsafe frame.error_code
    guard code != NGHTTP2_NO_ERROR.rawValue, unsafe code != core.pointee.goAwayCode else { return }
    unsafe core.pointee.inbox.records.append(.violation(code))
  }

  /// Frees a stream whose request is still running though its answer is complete.
  private static func answeredInFull(_ raw: OpaquePointer?, _ core: Core, _ id: HTTP2StreamID) {
    guard unsafe core.pointee.role == .server,
      unsafe core.pointee.configuration.resetAfterEarlyEnd,
      unsafe nghttp2_session_get_stream_remote_close(raw, id) == 0
    else { return }
    if let stream = unsafe core.pointee.streams.find(id) {
      if unsafe stream.pointee.lingers { return unsafe stream.pointee.isLingering = true }
      unsafe stream.pointee.isResetByCaller = true
    }
    _ = unsafe nghttp2_submit_rst_stream(
      raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, NGHTTP2_NO_ERROR.rawValue)
  }

  private static func notSent(_ core: Core, _ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let header = unsafe frame.pointee.hd
    if header.type == headers, unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
      unsafe core.pointee.streams.find(header.stream_id)?.pointee.isNeverSent = true
    }
    return 0
  }

  /// nghttp2 asks how many queued bytes may become a DATA frame; they are not copied here.
  static func readData(
    _ raw: OpaquePointer?, _ id: HTTP2StreamID, _ limit: Int,
    _ flags: UnsafeMutablePointer<UInt32>, _ stream: UnsafeMutablePointer<StreamState>
  ) -> Int {
    let available = unsafe stream.pointee.queue.count
    let count = min(available, limit)
    if unsafe count == 0 && !stream.pointee.isFinished {
      unsafe stream.pointee.isDeferred = true
      return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
    if count > 0 { unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue }
    guard unsafe count == available && stream.pointee.isFinished else { return count }
    unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
    if let trailers = unsafe stream.pointee.trailers {
      // Submitted any earlier, the trailers would overtake the queued bytes.
      unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
      _ = unsafe trailers.withNameValues { unsafe nghttp2_submit_trailer(raw, id, $0, $1) }
    }
    return count
  }

  /// Writes one DATA frame straight from the stream's queue to the output.
  private static func sendData(
    _ core: Core, _ frameHeader: UnsafePointer<UInt8>?, _ length: Int,
    _ source: UnsafeMutablePointer<nghttp2_data_source>?
  ) -> Int32 {
    guard let source = unsafe source.unsafelyUnwrapped.pointee.ptr else { return 0 }
    let stream = unsafe source.assumingMemoryBound(to: StreamState.self)
    unsafe core.pointee.output.append(
      contentsOf: UnsafeBufferPointer(start: frameHeader, count: 9))
    unsafe stream.pointee.queue.withUnsafeBytes { queued in
      unsafe core.pointee.output.append(
        contentsOf: UnsafeRawBufferPointer(rebasing: queued[..<length]))
    }
    unsafe stream.pointee.queue.consume(length)
    unsafe core.pointee.queuedBytes -= length
    if unsafe stream.pointee.queue.count <= stream.pointee.drainThreshold {
      unsafe stream.pointee.drainThreshold = -1
      unsafe core.pointee.inbox.records.append(.drained(stream.pointee.id))
    }
    // nghttp2 would go on framing inside one call as long as there are bytes.
    return unsafe core.pointee.output.count < core.pointee.outputEnd
      ? 0 : NGHTTP2_ERR_PAUSE.rawValue
  }
}

/// The core given to nghttp2 as user data by `SessionFactory`.
@inline(__always)
private func sessionCore(_ user: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<SessionCore> {
  unsafe user.unsafelyUnwrapped.assumingMemoryBound(to: SessionCore.self)
}
