internal import EventLoop

/// Counts a client's pings against gRPC's rule (wire sheet, 7.2): two too early are forgiven.
struct PingGuard {
  enum Answer: Equatable { case fine, tooMany }

  private static let intervalWithoutCalls = Duration.seconds(7_200)
  private static let forgiven = 2

  private let interval: Duration
  private var strikes = 0
  private var last: LoopInstant?
  private var framesAtLast: UInt64 = 0

  init(interval: Duration) { self.interval = interval }

  /// A ping came. Whatever HEADERS or DATA was sent since the last one wipes the slate clean.
  mutating func received(at now: LoopInstant, framesSent: UInt64, hasCalls: Bool) -> Answer {
    defer { last = now }
    if framesSent != framesAtLast {
      framesAtLast = framesSent
      strikes = 0
      return .fine
    }
    let least = hasCalls ? interval : max(interval, Self.intervalWithoutCalls)
    guard let last, last.duration(to: now) < least else { return .fine }
    strikes += 1
    return strikes > Self.forgiven ? .tooMany : .fine
  }
}
