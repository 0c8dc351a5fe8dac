internal import EventLoop

/// When the server pings a silent connection, and when it stops waiting for the answer.
struct KeepaliveMachine {
  enum Answer: Equatable {
    case nothing
    case ping(UInt64)
    case close
  }

  private let time: Duration
  private let timeout: Duration
  private var lastReceived: LoopInstant?
  private var pingedAt: LoopInstant?

  init(time: Duration, timeout: Duration) {
    self.time = time
    self.timeout = timeout
  }

  /// Any bytes came: the peer lives.
  mutating func received(at now: LoopInstant) {
    lastReceived = now
    pingedAt = nil
  }

  mutating func acknowledged() { pingedAt = nil }

  mutating func tick(at now: LoopInstant) -> Answer {
    if let pingedAt { return pingedAt.duration(to: now) >= timeout ? .close : .nothing }
    guard let last = lastReceived else {
      lastReceived = now
      return .nothing
    }
    guard last.duration(to: now) >= time else { return .nothing }
    pingedAt = now
    return .ping(0x6B65_6570_0000_0001)
  }
}
