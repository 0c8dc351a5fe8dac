internal import EventLoop
internal import RPCCore
internal import Transcoding
internal import WebSocket

/// What carries a WebSocket: a connection of its own, or a stream. Called on its loop.
protocol WebSocketCarrier: AnyObject {
  /// Reads no more of the peer until `resumeInput()`.
  func holdInput()
  func resumeInput()
  /// Calls `drained()` of the call once at most `mark` bytes wait to be sent.
  func notifyDrained(atOrBelow mark: Int)
  /// Where messages are booked while they wait for their handler.
  var memory: MemoryMeter { get }
}

/// Who talks on a WebSocket once it is open.
enum WebSocketUser {
  /// A route's own code.
  case route(@Sendable (WebSocketChannel, EventLoop) -> Void)
  case call(Call)

  /// A call that waits for its WebSocket.
  struct Call {
    let server: LoopServer
    let entry: MethodEntry
    let transcoded: TranscodedCall
    let context: RPCContext
    let wantsBinary: Bool
  }

  /// Hands the open channel over, before the first message is delivered. `whenDone` is called once,
  /// when a call does not run any more; never for a route.
  func open(
    _ channel: WebSocketChannel, on carrier: any WebSocketCarrier, loop: EventLoop,
    whenDone: @escaping () -> Void = {}
  ) -> WebSocketCall? {
    switch self {
    case .route(let onOpen):
      onOpen(channel, loop)
      return nil
    case .call(let call):
      let port = WebSocketCall(call, channel: channel, carrier: carrier, whenDone: whenDone)
      port.open()
      return port
    }
  }
}
