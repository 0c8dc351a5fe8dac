/// Allowance that is spent by events and refills with time.
struct TokenBucket {
  private let rate: HTTP2AbuseLimits.Rate
  private var tokens: Double
  private var last: Duration?

  init(_ rate: HTTP2AbuseLimits.Rate) {
    self.rate = rate
    tokens = rate.burst
  }

  /// Adds what `now` (since any fixed origin) has earned since the last call.
  mutating func refill(now: Duration) {
    if let last, now > last {
      let elapsed = (now - last).components
      let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
      tokens = min(rate.burst, tokens + seconds * rate.perSecond)
    }
    last = now
  }

  /// Gives back allowance, never above the burst.
  mutating func earn(_ count: Double) {
    tokens = min(rate.burst, tokens + count)
  }

  /// Takes one; false when there is none.
  mutating func spend() -> Bool {
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}
