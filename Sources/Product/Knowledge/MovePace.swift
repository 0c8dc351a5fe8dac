/// Spreads the passages of a move over time, so that questions and new documents keep their part of the
/// vendor's limits. Pure.
struct MovePace: Sendable {
  /// Passages a minute.
  let rate: Int
  private var due: ContinuousClock.Instant?

  init(rate: Int) { self.rate = rate }

  /// How long to wait before `count` more are sent; the first go at once, and time that went by unused is
  /// not made up for.
  mutating func pause(before count: Int, now: ContinuousClock.Instant) -> Duration {
    let start = max(due ?? now, now)
    due = start + .seconds(60) * count / rate
    return start - now
  }
}
