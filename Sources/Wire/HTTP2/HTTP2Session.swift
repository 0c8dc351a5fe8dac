internal import CNghttp2

/// One end of an HTTP/2 connection over nghttp2: bytes in, events out; frames asked for, bytes out.
///
/// Lives on its connection's loop. Events are delivered after nghttp2 has returned, so every method
/// except `receive` and `takeOutput` may be called while one is delivered. Nothing is sent before
/// `takeOutput`; call it once after any number of calls.
@safe
package final class HTTP2Session {
  let raw: OpaquePointer
  let core: UnsafeMutablePointer<SessionCore>
  private var isDead = false
  /// Whether nothing has been framed since the frame buffer's pages were given back.
  private var isFrameBufferClean = false

  /// A connection that will first send its preface or SETTINGS.
  package init(
    role: HTTP2Role, configuration: HTTP2Configuration = HTTP2Configuration()
  ) throws(HTTP2Error) {
    unsafe core = .allocate(capacity: 1)
    unsafe core.initialize(to: SessionCore(role: role, configuration: configuration))
    do {
      unsafe raw = try SessionFactory.make(role, configuration, core)
    } catch {
      unsafe core.deinitialize(count: 1)
      unsafe core.deallocate()
      throw error
    }
    if role == .server {
      unsafe core.pointee.firstFlight = SessionFactory.firstFlight(raw, configuration)
    }
  }

  deinit {
    unsafe nghttp2_session_del(raw)
    unsafe core.deinitialize(count: 1)
    unsafe core.deallocate()
  }

  /// Takes bytes from the peer and delivers what they meant, before it returns.
  ///
  /// `now` is the time since any fixed origin, for the abuse limits. Throws when the connection is
  /// beyond use; what `takeOutput` still gives should be sent before it is closed.
  package func receive(
    _ bytes: UnsafeRawBufferPointer, now: Duration, _ each: (HTTP2Event) -> Void
  ) throws(HTTP2Error) {
    guard wantsRead else { return }
    unsafe core.pointee.meter.advance(to: now)
    unsafe core.pointee.batch &+= 1
    var failure: HTTP2Error?
    do throws(HTTP2Error) {
      try unsafe take(bytes)
    } catch {
      failure = error
    }
    terminateIfTripped()
    unsafe deliver(each)
    if let failure { throw failure }
  }

  /// Appends frames that are ready to `output`, then delivers what became of their streams.
  ///
  /// Stops framing once `limit` bytes were added: call again when the socket has taken them.
  package func takeOutput(
    into output: inout [UInt8], limit: Int = 256 * 1024, _ each: (HTTP2Event) -> Void
  ) throws(HTTP2Error) {
    if unsafe !core.pointee.firstFlight.isEmpty {
      unsafe output += core.pointee.firstFlight
      unsafe core.pointee.firstFlight = []
    }
    swapOutput(with: &output)
    let end = unsafe core.pointee.output.count + limit
    unsafe core.pointee.outputEnd = end
    var failure: HTTP2Error?
    unsafe core.pointee.memory = SessionMemory.lists()
    while unsafe core.pointee.output.count < end {
      var start: UnsafePointer<UInt8>?
      let count = unsafe nghttp2_session_mem_send(raw, &start)
      if count == 0 { break }
      isFrameBufferClean = false
      if count < 0 {
        failure = Self.error(Int32(count))
        isDead = true
        break
      }
      unsafe core.pointee.output.append(
        contentsOf: UnsafeBufferPointer(start: start, count: count))
    }
    unsafe core.pointee.memory = nil
    swapOutput(with: &output)
    terminateIfTripped()
    unsafe deliver(each)
    if let failure { throw failure }
  }

  /// Whether `takeOutput` would have something to give.
  package var wantsWrite: Bool {
    unsafe nghttp2_session_want_write(raw) != 0 || !core.pointee.firstFlight.isEmpty
  }

  /// Gives back the memory frames are made in, while there is nothing to send; the next frame takes
  /// it again. A system call at most, and none when nothing was sent since the last time.
  package func releaseIdleMemory() {
    guard !isFrameBufferClean, !wantsWrite, let buffer = unsafe core.pointee.frameBuffer else {
      return
    }
    isFrameBufferClean = true
    unsafe PageBlocks.discard(buffer)
  }

  /// Whether bytes of the peer still matter.
  package var wantsRead: Bool { unsafe !isDead && nghttp2_session_want_read(raw) != 0 }

  /// Whether the connection is to be closed: nothing is left to read or to write.
  package var isFinished: Bool {
    if isDead { return unsafe core.pointee.isGoAwaySent || !wantsWrite }
    return !wantsRead && !wantsWrite
  }

  /// Reports the end of every live stream when the transport broke; the session is unusable then.
  package func connectionLost(_ each: (HTTP2Event) -> Void) {
    isDead = true
    for id in unsafe core.pointee.streams.ids {
      unsafe core.pointee.closeStream(id, code: HTTP2ErrorCode.connectError.rawValue)
    }
    unsafe deliver(each)
  }

  /// A GOAWAY for what the peer sent, where nghttp2 gave up on it without one of its own.
  private func fail(_ code: Int32) -> HTTP2Error {
    let violation = unsafe core.pointee.violation
    let error = violation.map { HTTP2Error(.session, $0.text) } ?? Self.error(code)
    if error.kind != .badPreface {
      goAway(
        lastStream: lastReceivedStream, violation?.code ?? .protocolError,
        debug: violation?.text ?? "session")
    }
    isDead = true
    return error
  }

  /// Counts every frame, and gives all to nghttp2, unless a limit is passed; what comes before DATA on
  /// a stream that may be over first, so that the borders of reads do not decide whether it is. There is
  /// to be none on one that is (RFC 9113, 5.1 and 6.1).
  private func take(_ bytes: UnsafeRawBufferPointer) throws(HTTP2Error) {
    var (position, fed) = (0, 0)
    // The streams of this read's last HEADERS and RST_STREAM.
    var (opened, reset): (HTTP2StreamID, HTTP2StreamID) = (0, 0)
    while let frame = unsafe core.pointee.scanner.next(in: bytes, at: &position) {
      unsafe core.pointee.trip = unsafe core.pointee.meter.received(frame)
      if unsafe core.pointee.trip != nil { return }
      if frame.isHeaders { opened = frame.stream }
      if frame.isReset { reset = frame.stream }
      guard frame.isData, unsafe core.pointee.role == .server else { continue }
      // Most DATA come on a stream that is open, or that this read opens.
      let isKnown =
        unsafe frame.stream == opened || core.pointee.streams.find(frame.stream) != nil
      if isKnown, frame.stream != reset { continue }
      let start = max(position - FrameScanner.Frame.headerSize, fed)
      try unsafe feed(UnsafeRawBufferPointer(rebasing: bytes[fed..<start]))
      fed = start
      if unsafe core.pointee.trip != nil { return }
      guard unsafe core.pointee.isForgotten(frame.stream, by: raw),
        unsafe !core.pointee.mayBeLate(frame.stream)
      else { continue }
      unsafe core.pointee.violation = SessionCore.Violation(
        code: .streamClosed, text: "DATA on a closed stream")
      throw fail(NGHTTP2_ERR_PROTO.rawValue)
    }
    try unsafe feed(UnsafeRawBufferPointer(rebasing: bytes[fed...]))
  }

  private func feed(_ bytes: UnsafeRawBufferPointer) throws(HTTP2Error) {
    unsafe core.pointee.memory = SessionMemory.lists()
    let consumed = unsafe nghttp2_session_mem_recv(
      raw, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    unsafe core.pointee.memory = nil
    giveBackConnectionCredit()
    if consumed < 0, unsafe core.pointee.trip == nil { throw fail(Int32(consumed)) }
    if unsafe nghttp2_session_get_outbound_queue_size(raw)
      > core.pointee.configuration.abuse.outboundQueue
    {
      unsafe core.pointee.trip = .outboundQueue
    }
  }

  private func giveBackConnectionCredit() {
    let credit = unsafe core.pointee.connectionCredit
    if credit == 0 { return }
    unsafe core.pointee.connectionCredit = 0
    _ = unsafe nghttp2_session_consume_connection(raw, credit)
  }

  /// A GOAWAY with the reason's name; nothing that follows is read.
  private func terminateIfTripped() {
    guard let trip = unsafe core.pointee.trip, !isDead else { return }
    unsafe core.pointee.trip = nil
    isDead = true
    goAway(lastStream: lastReceivedStream, .enhanceYourCalm, debug: trip.rawValue)
    unsafe core.pointee.inbox.records.append(.abuse(trip))
  }

  private func deliver(_ each: (HTTP2Event) -> Void) {
    if unsafe !core.pointee.hasInbox { return }
    let batch = unsafe core.pointee.takeInbox()
    unsafe batch.deliver(each)
    unsafe core.pointee.recycle(batch)
  }

  private func swapOutput(with output: inout [UInt8]) {
    unsafe swap(&core.pointee.output, &output)
  }

  static func error(_ code: Int32) -> HTTP2Error {
    let text = unsafe String(cString: nghttp2_strerror(code))
    let kind: HTTP2Error.Kind =
      code == NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue ? .badPreface : .session
    return HTTP2Error(kind, "nghttp2: \(text.lowercased()) (\(code))")
  }
}
