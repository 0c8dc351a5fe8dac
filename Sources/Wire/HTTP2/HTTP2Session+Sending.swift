internal import Buffers
internal import CNghttp2

extension HTTP2Session {
  /// Opens a stream from the client's side and gives its number; body bytes follow by `submitData`.
  ///
  /// Beyond the peer's stream limit the request waits; `peerMaxConcurrentStreams` tells.
  package func submitRequest(
    _ fields: HTTP2Fields, endStream: Bool = false
  ) throws(HTTP2Error) -> HTTP2StreamID {
    guard wantsRead, unsafe nghttp2_session_check_request_allowed(raw) != 0 else {
      throw HTTP2Error(.closing, "http/2 connection takes no new streams")
    }
    let id = unsafe nghttp2_session_get_next_stream_id(raw)
    guard id > 0 && id <= UInt32(Int32.max) else {
      throw HTTP2Error(.closing, "http/2 connection has no stream numbers left")
    }
    let stream = unsafe core.pointee.streams.insert(Int32(id))
    var provider = unsafe Self.provider(stream)
    let result = unsafe fields.withNameValues { list, count in
      unsafe withUnsafePointer(to: &provider) {
        unsafe nghttp2_submit_request(raw, nil, list, count, endStream ? nil : $0, nil)
      }
    }
    guard result > 0 else {
      unsafe core.pointee.streams.remove(Int32(id))
      throw Self.refusal(result)
    }
    unsafe stream.pointee.isAnnounced = true
    unsafe stream.pointee.hasSubmittedHeaders = true
    unsafe stream.pointee.isFinished = endStream
    return result
  }

  /// Sends the response's header block; with `endStream` it is the whole answer (Trailers-Only).
  package func submitHeaders(
    _ id: HTTP2StreamID, _ fields: HTTP2Fields, endStream: Bool = false
  ) throws(HTTP2Error) {
    let stream = unsafe try find(id)
    var provider = unsafe Self.provider(stream)
    let result = unsafe fields.withNameValues { list, count in
      unsafe withUnsafePointer(to: &provider) {
        unsafe nghttp2_submit_response(raw, id, list, count, endStream ? nil : $0)
      }
    }
    guard result == 0 else { throw Self.refusal(result) }
    unsafe stream.pointee.hasSubmittedHeaders = true
    unsafe stream.pointee.isFinished = endStream
  }

  /// Sends a 1xx response; the final one still has to follow.
  package func submitInformational(
    _ id: HTTP2StreamID, _ fields: HTTP2Fields
  ) throws(HTTP2Error) {
    _ = unsafe try find(id)
    let result = unsafe fields.withNameValues {
      unsafe nghttp2_submit_headers(raw, 0, id, nil, $0, $1, nil)
    }
    guard result == 0 else { throw Self.refusal(result) }
  }

  /// Queues body bytes behind the headers; they are copied.
  ///
  /// The queue is not bounded here: hold back while `pendingSend` is large, and wait for `drained`.
  package func submitData(
    _ id: HTTP2StreamID, _ bytes: UnsafeRawBufferPointer, endStream: Bool = false
  ) throws(HTTP2Error) {
    let stream = unsafe try findUnfinished(id)
    if bytes.count > 0 { unsafe stream.pointee.queue.append(bytes) }
    unsafe core.pointee.queuedBytes += bytes.count
    if endStream { unsafe stream.pointee.isFinished = true }
    if bytes.count > 0 || endStream { unsafe wake(stream) }
  }

  /// Queues the two as one piece of the body: what stands before a message, and the message.
  package func submitData(
    _ id: HTTP2StreamID, _ prefix: UnsafeRawBufferPointer, _ bytes: [UInt8]
  ) throws(HTTP2Error) {
    let stream = unsafe try findUnfinished(id)
    unsafe stream.pointee.queue.reserve(prefix.count + bytes.count)
    unsafe stream.pointee.queue.append(prefix)
    unsafe stream.pointee.queue.append(contentsOf: bytes)
    unsafe core.pointee.queuedBytes += prefix.count + bytes.count
    unsafe wake(stream)
  }

  /// Queues body bytes given as an array; a long one is shared, not copied.
  package func submitData(
    _ id: HTTP2StreamID, _ bytes: [UInt8], endStream: Bool = false
  ) throws(HTTP2Error) {
    let stream = unsafe try findUnfinished(id)
    if !bytes.isEmpty { unsafe stream.pointee.queue.append(sharing: bytes) }
    unsafe core.pointee.queuedBytes += bytes.count
    if endStream { unsafe stream.pointee.isFinished = true }
    if !bytes.isEmpty || endStream { unsafe wake(stream) }
  }

  /// Ends the body with `trailers`, which follow all queued bytes.
  package func submitTrailers(_ id: HTTP2StreamID, _ trailers: HTTP2Fields) throws(HTTP2Error) {
    let stream = unsafe try findUnfinished(id)
    unsafe stream.pointee.trailers = trailers
    unsafe stream.pointee.isFinished = true
    unsafe wake(stream)
  }

  /// Ends the stream at once in both directions and drops what is queued; unknown ones are ignored.
  package func resetStream(_ id: HTTP2StreamID, _ code: HTTP2ErrorCode) {
    if code == .refusedStream { unsafe core.pointee.refusedStream() }
    guard let stream = unsafe core.pointee.streams.find(id) else { return }
    unsafe stream.pointee.isResetByCaller = true
    unsafe core.pointee.queuedBytes -= stream.pointee.queue.count
    unsafe stream.pointee.queue.removeAll()
    _ = unsafe nghttp2_submit_rst_stream(raw, 0, id, code.rawValue)
  }

  /// Keeps the stream open when it has been answered in full before its request ended, for a client
  /// that reads nothing before it has sent everything. Its body goes on coming: give credit for it,
  /// bound it, and end it by `stopLingering`.
  package func linger(_ id: HTTP2StreamID) {
    unsafe core.pointee.streams.find(id)?.pointee.lingers = true
  }

  /// Frees a stream that `linger` keeps open by RST_STREAM(NO_ERROR), now or behind its answer.
  package func stopLingering(_ id: HTTP2StreamID) {
    guard let stream = unsafe core.pointee.streams.find(id) else { return }
    unsafe stream.pointee.lingers = false
    if unsafe stream.pointee.isLingering { resetStream(id, .noError) }
  }

  /// Gives `count` bytes of stream credit back to the peer; ignored when the stream is gone.
  package func consume(_ id: HTTP2StreamID, count: Int) {
    if count > 0 { _ = unsafe nghttp2_session_consume_stream(raw, id, count) }
  }

  /// Bytes of the stream that were submitted and are not framed yet.
  package func pendingSend(_ id: HTTP2StreamID) -> Int {
    unsafe core.pointee.streams.find(id)?.pointee.queue.count ?? 0
  }

  /// Asks for one `drained` event when at most `threshold` bytes are pending.
  ///
  /// False when that is so already, or the stream is gone: no event will come.
  package func notifyDrained(_ id: HTTP2StreamID, atOrBelow threshold: Int = 0) -> Bool {
    guard let stream = unsafe core.pointee.streams.find(id),
      unsafe stream.pointee.queue.count > threshold
    else { return false }
    unsafe stream.pointee.drainThreshold = threshold
    return true
  }

  /// Whether a client's request has become a frame; until then the peer cannot have seen it.
  package func hasSentHead(_ id: HTTP2StreamID) -> Bool {
    unsafe core.pointee.streams.find(id)?.pointee.isHeadSent ?? false
  }

  /// Whether the stream is open in at least one direction.
  package func isOpen(_ id: HTTP2StreamID) -> Bool {
    unsafe core.pointee.streams.find(id) != nil
  }

  private func find(
    _ id: HTTP2StreamID
  ) throws(HTTP2Error) -> UnsafeMutablePointer<StreamState> {
    guard let stream = unsafe core.pointee.streams.find(id) else {
      throw HTTP2Error(.noSuchStream, "http/2 stream \(id) is closed")
    }
    return unsafe stream
  }

  private func findUnfinished(
    _ id: HTTP2StreamID
  ) throws(HTTP2Error) -> UnsafeMutablePointer<StreamState> {
    let stream = unsafe try find(id)
    guard unsafe stream.pointee.hasSubmittedHeaders && !stream.pointee.isFinished else {
      throw HTTP2Error(.refused, "http/2 stream \(id) has no headers yet or was ended")
    }
    return unsafe stream
  }

  private func wake(_ stream: UnsafeMutablePointer<StreamState>) {
    guard unsafe stream.pointee.isDeferred else { return }
    unsafe stream.pointee.isDeferred = false
    _ = unsafe nghttp2_session_resume_data(raw, stream.pointee.id)
  }

  private static func provider(
    _ stream: UnsafeMutablePointer<StreamState>
  ) -> nghttp2_data_provider {
    unsafe nghttp2_data_provider(
      source: nghttp2_data_source(ptr: stream),
      read_callback: { raw, id, _, limit, flags, source, _ in
        // Always the state `provider` was made for; it outlives the stream.
        let stream = unsafe source.unsafelyUnwrapped.pointee.ptr.unsafelyUnwrapped
        return unsafe SessionCallbacks.readData(
          raw, id, limit, flags.unsafelyUnwrapped,
          stream.assumingMemoryBound(to: StreamState.self))
      })
  }

  private static func refusal(_ code: Int32) -> HTTP2Error {
    HTTP2Error(.refused, error(code).message)
  }
}
