internal import EventLoop

/// Watches over an open WebSocket: a silent peer is pinged, and given up when it stays silent; so is
/// one that does not answer a close frame.
struct WebSocketLiveness {
  enum OnTick: Equatable { case nothing, ping, closeTimedOut, silent }

  private var lastReceived: LoopInstant
  private var isPinged = false
  private var closingSince: LoopInstant?

  /// Silence after which the peer is pinged, and after which it is given up.
  private static let pingAfter = Duration.seconds(20)
  private static let patience = Duration.seconds(60)
  /// How long the peer may take to answer a close frame that has left.
  private static let closeTimeout = Duration.seconds(5)

  init(openedAt now: LoopInstant) { lastReceived = now }

  /// Bytes came, or nothing could come because we do not read.
  mutating func received(at now: LoopInstant) {
    lastReceived = now
    isPinged = false
  }

  /// About once a second; `isOpen` until a close frame was sent, `isFlushed` when nothing that was
  /// sent waits for the socket.
  mutating func tick(_ now: LoopInstant, isOpen: Bool, isFlushed: Bool) -> OnTick {
    guard isOpen else { return closing(now, isFlushed: isFlushed) }
    let silence = lastReceived.duration(to: now)
    if silence > Self.patience { return .silent }
    guard silence > Self.pingAfter, !isPinged else { return .nothing }
    isPinged = true
    return .ping
  }

  /// A peer that has not got what is ahead of the close frame is watched for stalling alone.
  private mutating func closing(_ now: LoopInstant, isFlushed: Bool) -> OnTick {
    guard isFlushed else { return .nothing }
    guard let closingSince else {
      self.closingSince = now
      return .nothing
    }
    return closingSince.duration(to: now) > Self.closeTimeout ? .closeTimedOut : .nothing
  }
}
