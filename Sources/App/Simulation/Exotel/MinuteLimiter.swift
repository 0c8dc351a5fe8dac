/// Counts requests in fixed windows of one minute; the vendor's limit is 200.
package struct MinuteLimiter: Sendable {
  package var limit: Int
  private var windowStart: Duration = .zero
  private var used = 0

  package init(limit: Int) { self.limit = limit }

  /// Whether one more request at `now` is within the limit.
  package mutating func admit(at now: Duration) -> Bool {
    if now - windowStart >= .seconds(60) {
      windowStart = now
      used = 0
    }
    used += 1
    return used <= limit
  }
}
