internal import CWslay
internal import TLS

/// What wslay's callbacks touch. Lives at one address that wslay holds as its user data.
@unsafe
struct WebSocketCore {
  var input = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  var output: [UInt8] = []
  var inbox: [WebSocketEvent] = []
  /// Random bytes for masks, fetched in blocks: a call per frame would cost more than the frame.
  private var masks: [UInt8] = []

  /// Stateless functions that find the core through the user data.
  static var callbacks: wslay_event_callbacks {
    unsafe wslay_event_callbacks(
      recv_callback: { context, buffer, room, _, user in
        unsafe webSocketCore(user).pointee.read(buffer, room, context)
      },
      send_callback: { _, bytes, count, _, user in
        unsafe webSocketCore(user).pointee.output.append(
          contentsOf: UnsafeBufferPointer(start: bytes, count: count))
        return count
      },
      genmask_callback: { _, buffer, count, user in
        unsafe webSocketCore(user).pointee.mask(buffer, count)
        return 0
      },
      on_frame_recv_start_callback: nil, on_frame_recv_chunk_callback: nil,
      on_frame_recv_end_callback: nil,
      on_msg_recv_callback: { _, message, user in
        unsafe webSocketCore(user).pointee.received(message.unsafelyUnwrapped.pointee)
      })
  }

  private mutating func read(
    _ buffer: UnsafeMutablePointer<UInt8>?, _ room: Int, _ context: wslay_event_context_ptr?
  ) -> Int {
    let count = unsafe min(room, input.count)
    guard count > 0, let buffer = unsafe buffer else {
      unsafe wslay_event_set_error(context, Int32(WSLAY_ERR_WOULDBLOCK.rawValue))
      return -1
    }
    unsafe UnsafeMutableRawPointer(buffer).copyMemory(
      from: input.baseAddress.unsafelyUnwrapped, byteCount: count)
    unsafe input = unsafe UnsafeRawBufferPointer(rebasing: input[count...])
    return count
  }

  private mutating func mask(_ buffer: UnsafeMutablePointer<UInt8>?, _ count: Int) {
    guard let buffer = unsafe buffer else { return }
    if unsafe masks.count < count { unsafe masks = RandomBytes.generate(1024) }
    for index in 0..<count { unsafe buffer[index] = unsafe masks.removeLast() }
  }

  private mutating func received(_ message: wslay_event_on_msg_recv_arg) {
    let payload = unsafe Array(
      UnsafeBufferPointer(start: message.msg, count: message.msg_length))
    switch unsafe UInt32(message.opcode) {
    case WSLAY_TEXT_FRAME.rawValue: unsafe inbox.append(.message(.text(payload)))
    case WSLAY_BINARY_FRAME.rawValue: unsafe inbox.append(.message(.binary(payload)))
    case WSLAY_PING.rawValue: unsafe inbox.append(.ping)
    case WSLAY_PONG.rawValue: unsafe inbox.append(.pong(payload))
    case WSLAY_CONNECTION_CLOSE.rawValue:
      let code = unsafe message.status_code
      // The first two bytes of the payload are the code.
      let reason = String(decoding: payload.dropFirst(2), as: UTF8.self)
      // A payload of one byte is a broken rule that wslay answers with an empty close frame.
      let told: UInt16 = code != 0 ? code : payload.isEmpty ? 1005 : 1002
      unsafe inbox.append(.close(WebSocketCloseReason(code: told, reason: reason)))
    default: break
    }
  }
}

/// The core given to wslay as user data by `WebSocketSession`.
private func webSocketCore(
  _ user: UnsafeMutableRawPointer?
) -> UnsafeMutablePointer<WebSocketCore> {
  unsafe user.unsafelyUnwrapped.assumingMemoryBound(to: WebSocketCore.self)
}
