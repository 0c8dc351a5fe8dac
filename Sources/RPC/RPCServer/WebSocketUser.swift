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
  /// A message has become whole: it is not booked as one in part any more.
  func messageCame()
  /// Where messages are booked while they come, and while they wait for their handler.
  var memory: MemoryMeter { get }
}

/// What a WebSocket has booked for the message that has come in part.
struct PartialMessage {
  private var booked = 0

  /// Books that it holds `count` bytes now; false when it has grown beyond what may be held.
  mutating func book(_ count: Int, in memory: MemoryMeter) -> Bool {
    let change = count - booked
    if change == 0 { return true }
    booked = count
    return memory.add(change) || change < 0
  }

  /// Ends a WebSocket for whose message there is no room: try again later.
  static func refuse(_ call: WebSocketCall?, _ channel: WebSocketChannel) {
    call?.end(RPCError(.resourceExhausted, "too much waits on this connection for its handlers"))
    channel.close(code: 1013, reason: "too much waits here")
  }
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
