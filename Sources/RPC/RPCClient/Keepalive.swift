internal import EventLoop

/// When to send a PING and when to give a silent connection up. Decides; its owner acts.
struct Keepalive {
  enum OnCheck: Equatable { case wait, sendPing, giveUp }

  private let interval: Duration
  private let timeout: Duration
  private let withoutCalls: Bool
  private var lastRead: LoopInstant?
  private var pingedAt: LoopInstant?
  /// The owner's timer for the next check.
  var timer: LoopTimer?

  /// Intervals under 10 s are raised to 10 s, as servers count faster ones as abuse.
  init(interval: Duration, timeout: Duration, withoutCalls: Bool = false) {
    self.interval = max(interval, .seconds(10))
    self.timeout = timeout
    self.withoutCalls = withoutCalls
  }

  /// The interval for new connections after a server has complained of too many pings.
  static func lengthened(_ interval: Duration) -> Duration { max(interval, .seconds(10)) * 2 }

  mutating func didRead(at now: LoopInstant) {
    lastRead = now
    pingedAt = nil
  }

  mutating func didAnswer() { pingedAt = nil }

  func stop() { timer?.cancel() }

  /// How long until `check` is worth calling.
  mutating func nextCheck(at now: LoopInstant) -> Duration {
    if let pingedAt { return max(.zero, timeout - pingedAt.duration(to: now)) }
    let last = lastRead ?? now
    lastRead = last
    let silence = last.duration(to: now)
    return silence < interval ? interval - silence : min(interval, timeout)
  }

  mutating func check(at now: LoopInstant, hasCalls: Bool) -> OnCheck {
    if let pingedAt { return pingedAt.duration(to: now) >= timeout ? .giveUp : .wait }
    guard hasCalls || withoutCalls else { return .wait }
    return ping(at: now) ? .sendPing : .wait
  }

  /// A call begins: whether the connection was silent for so long that it is asked first.
  mutating func willBegin(at now: LoopInstant) -> Bool { pingedAt == nil && ping(at: now) }

  private mutating func ping(at now: LoopInstant) -> Bool {
    guard let lastRead, lastRead.duration(to: now) >= interval else { return false }
    pingedAt = now
    return true
  }
}
