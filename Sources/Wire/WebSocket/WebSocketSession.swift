internal import CWslay
internal import HTTP
internal import TLS

/// What arrived on a WebSocket.
package enum WebSocketEvent: Sendable, Equatable {
  case message(WebSocketMessage)
  case ping
  case pong([UInt8])
  /// The peer's close frame, or our own reason when the peer broke the protocol. Nothing follows.
  case close(WebSocketCloseReason)
}

/// The frames of one WebSocket over wslay: bytes in, messages out, and back. No extensions.
///
/// Pings are answered and close frames returned by themselves. Lives on its connection's loop; every
/// method may be called while an event is delivered, except `receive`.
@safe
package final class WebSocketSession {
  private let core: UnsafeMutablePointer<WebSocketCore>
  private let raw: wslay_event_context_ptr
  private let role: WebSocketRole
  private let partialLimit: Int

  /// A session behind a completed handshake; a message above `maxMessage` bytes closes with 1009,
  /// and so does one in so many frames that it would hold a multiple of that.
  package init(role: WebSocketRole, maxMessage: Int) throws(WebSocketError) {
    self.role = role
    // At least 655 frames for the smallest message.
    partialLimit = min(maxMessage, 1 << 40) * 2 + 65_536
    unsafe core = .allocate(capacity: 1)
    unsafe core.initialize(to: WebSocketCore())
    var callbacks = unsafe WebSocketCore.callbacks
    var made: wslay_event_context_ptr?
    let result =
      switch role {
      case .server: unsafe wslay_event_context_server_init(&made, &callbacks, core)
      case .client: unsafe wslay_event_context_client_init(&made, &callbacks, core)
      }
    guard result == 0, let made = unsafe made else {
      unsafe core.deinitialize(count: 1)
      unsafe core.deallocate()
      throw WebSocketError(.session, .internalServerError, "wslay context could not be made")
    }
    unsafe raw = made
    unsafe wslay_event_config_set_max_recv_msg_length(raw, UInt64(maxMessage))
  }

  deinit {
    unsafe wslay_event_context_free(raw)
    unsafe core.deinitialize(count: 1)
    unsafe core.deallocate()
  }

  /// Takes bytes from the peer and delivers what they complete, after wslay has returned.
  package func receive(_ bytes: UnsafeRawBufferPointer, _ each: (WebSocketEvent) -> Void) {
    guard !hasFailed else { return }
    var rest = unsafe bytes
    repeat {
      let (count, close) = unsafe gate.admit(rest)
      unsafe take(UnsafeRawBufferPointer(rebasing: rest[..<count]), each)
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      // wslay reads by 4 KiB, so this frame must come in a call of its own.
      unsafe close?.withUnsafeBytes { unsafe feed($0, each) }
    } while unsafe !rest.isEmpty && !gate.isClosing && !hasFailed
  }

  /// Takes bytes of one frame. What comes behind our close frame is let pass, save the rest of a
  /// frame that wslay knows the beginning of.
  private func take(_ bytes: UnsafeRawBufferPointer, _ each: (WebSocketEvent) -> Void) {
    guard !isCloseQueued || isMidFrame else { return }
    // First, so that a message that becomes whole is no part of one any more when it is delivered.
    isMidFrame = gate.isMidFrame
    partialBytes = gate.partialBytes
    unsafe feed(bytes, each)
    // Judged between frames, so that the borders of reads do not decide what is found first.
    guard partialBytes > partialLimit, !isMidFrame, !isCloseQueued else { return }
    refusePartial(each)
  }

  /// Closes as wslay does for a message that is too big.
  private func refusePartial(_ each: (WebSocketEvent) -> Void) {
    _ = unsafe wslay_event_send(raw)
    unsafe wslay_event_shutdown_read(raw)
    _ = unsafe wslay_event_queue_close(raw, 1009, nil, 0)
    if let failure = failure(0) { each(.close(failure)) }
  }

  private func feed(_ bytes: UnsafeRawBufferPointer, _ each: (WebSocketEvent) -> Void) {
    unsafe core.pointee.input = unsafe bytes
    let result = unsafe wslay_event_recv(raw)
    unsafe core.pointee.input = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    var events: [WebSocketEvent] = []
    unsafe swap(&events, &core.pointee.inbox)
    for event in events { each(asSent(event)) }
    // What answers this frame goes before what is said of the next one, should that break a rule.
    if !events.isEmpty, !hasWrittenClose { _ = unsafe wslay_event_send(raw) }
    if let failure = failure(result) { each(.close(failure)) }
  }

  /// `event` with the code that the peer sent, where wslay was given another.
  private func asSent(_ event: WebSocketEvent) -> WebSocketEvent {
    guard case .close(let reason) = event, let code = gate.replacedCode else { return event }
    return .close(WebSocketCloseReason(code: code, reason: reason.reason))
  }

  /// Queues a message; dropped once a close frame is queued.
  package func send(_ message: WebSocketMessage) {
    switch message {
    case .text(let bytes): queue(UInt8(WSLAY_TEXT_FRAME.rawValue), bytes)
    case .binary(let bytes): queue(UInt8(WSLAY_BINARY_FRAME.rawValue), bytes)
    }
  }

  /// Queues a ping; at most the first 125 bytes of `payload` go with it.
  package func ping(_ payload: [UInt8] = []) {
    queue(UInt8(WSLAY_PING.rawValue), Array(payload.prefix(125)))
  }

  /// Queues a close frame, once; a reason above 123 bytes is cut between characters.
  package func close(code: UInt16, reason: String = "") {
    guard !isCloseQueued else { return }
    isCloseQueued = true
    var text = reason
    while text.utf8.count > 123 { text.removeLast() }
    let bytes = Array(text.utf8)
    // wslay drops what is queued behind a close frame, and pongs before it too.
    _ = unsafe wslay_event_send(raw)
    // 1005 and 1006 are never sent; wslay writes an empty close frame for code 0.
    let sent = code == 1005 || code == 1006 ? 0 : code
    _ = unsafe wslay_event_queue_close(raw, sent, bytes, sent == 0 ? 0 : bytes.count)
  }

  /// Appends the frames that wait to `output`.
  package func takeOutput(into output: inout [UInt8]) {
    if !hasWrittenClose { _ = unsafe wslay_event_send(raw) }
    if output.isEmpty {
      unsafe swap(&core.pointee.output, &output)
    } else {
      unsafe output.append(contentsOf: core.pointee.output)
      unsafe core.pointee.output.removeAll(keepingCapacity: true)
    }
  }

  /// Whether both sides have said goodbye, or ours did after a broken rule: close the transport.
  package var isFinished: Bool {
    unsafe hasWrittenClose
      || wslay_event_get_close_sent(raw) != 0
        && (wslay_event_get_close_received(raw) != 0 || hasFailed)
  }

  /// The code of our close frame when the peer broke a rule.
  package private(set) var violation: UInt16?
  /// What a message that has come in part holds, in bytes.
  package private(set) var partialBytes = 0
  private var gate = FrameGate()
  /// Whether wslay was given a part of a frame.
  private var isMidFrame = false
  private var isCloseQueued = false
  private var hasFailed = false
  /// We wrote the close frame ourselves; wslay must not write its own.
  private var hasWrittenClose = false

  private func queue(_ opcode: UInt8, _ bytes: [UInt8]) {
    guard !isCloseQueued else { return }
    unsafe bytes.withUnsafeBufferPointer { bytes in
      var message = unsafe wslay_event_msg(
        opcode: opcode, msg: bytes.baseAddress, msg_length: bytes.count)
      _ = unsafe wslay_event_queue_msg(raw, &message)
    }
  }

  /// The close frame for a broken frame header, where wslay would send one without a code.
  private func writeProtocolError() {
    hasWrittenClose = true
    var frame: [UInt8] = [0x88, 2, 3, 0xea]
    if role == .client {
      let mask = RandomBytes.generate(4)
      frame = [0x88, 0x82] + mask + [3 ^ mask[0], 0xea ^ mask[1]]
    }
    unsafe core.pointee.output.append(contentsOf: frame)
  }

  /// The reason wslay stopped reading, told once: it has queued a close frame with the same code.
  private func failure(_ result: Int32) -> WebSocketCloseReason? {
    guard !hasFailed, unsafe wslay_event_get_close_received(raw) == 0 else { return nil }
    guard unsafe result != 0 || wslay_event_get_read_enabled(raw) == 0 else { return nil }
    hasFailed = true
    isCloseQueued = true
    if result != 0 {
      writeProtocolError()
      violation = 1002
      return WebSocketCloseReason(code: 1002)
    }
    // wslay tells the code of its close frame only once that is written.
    _ = unsafe wslay_event_send(raw)
    let code = unsafe wslay_event_get_status_code_sent(raw)
    let told = code == 0 || code == 1005 ? 1002 : code
    violation = told
    return WebSocketCloseReason(code: told)
  }
}
