/// Allowance that is spent by events and refills with time.
struct TokenBucket {
  private let rate: HTTP2AbuseLimits.Rate
  private var tokens: Double

  init(_ rate: HTTP2AbuseLimits.Rate) {
    self.rate = rate
    tokens = rate.burst
  }

  /// Adds what that many seconds earn, to the burst at most.
  mutating func refill(seconds: Double) {
    tokens = min(rate.burst, tokens + seconds * rate.perSecond)
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
