/// Counts requests of many kinds in fixed windows of one second.
struct SecondLimiter<Kind: Hashable & Sendable>: Sendable {
  /// When this second began.
  private var windowStart: Duration = .zero
  /// Requests of this second.
  private var used: [Kind: Int] = [:]

  /// Whether one more request of `kind` at `now` is within `limit`.
  mutating func admit(_ kind: Kind, limit: Int, at now: Duration) -> Bool {
    if now - windowStart >= .seconds(1) {
      windowStart = now
      used = [:]
    }
    used[kind, default: 0] += 1
    return used[kind, default: 0] <= limit
  }
}
