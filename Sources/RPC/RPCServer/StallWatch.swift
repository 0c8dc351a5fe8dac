internal import EventLoop

/// Finds streams whose peer takes nothing of what waits for it.
struct StallWatch {
  private var seen: [Int32: (sent: Int, since: LoopInstant)] = [:]

  mutating func forget(_ id: Int32) {
    if !seen.isEmpty { seen[id] = nil }
  }

  /// Whether `pending` bytes have waited for `limit` while none left; `sent` counts those that did.
  mutating func isStalled(
    _ id: Int32, sent: Int, pending: Int, _ now: LoopInstant, _ limit: Duration
  ) -> Bool {
    guard pending > 0 else {
      forget(id)
      return false
    }
    guard let entry = seen[id], entry.sent == sent else {
      seen[id] = (sent, now)
      return false
    }
    return entry.since.duration(to: now) >= limit
  }
}
