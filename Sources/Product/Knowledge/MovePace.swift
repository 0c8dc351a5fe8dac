/// Spreads the passages of a move over time, so that questions and new documents keep their part of the
/// vendor's limits, and ends a run in time. Pure.
struct MovePace: Sendable {
  enum OnBatch: Equatable {
    /// It may be sent after this long.
    case send(after: Duration)
    /// It is left to the next run, which may send it after this long.
    case over(after: Duration)
  }

  /// Passages a minute.
  let rate: Int
  /// When the run is over.
  let end: ContinuousClock.Instant
  private var due: ContinuousClock.Instant?

  init(rate: Int, end: ContinuousClock.Instant) {
    self.rate = rate
    self.end = end
  }

  /// What to do with the next `count` passages; the first go at once, and time that went by unused is not
  /// made up for.
  mutating func next(_ count: Int, now: ContinuousClock.Instant) -> OnBatch {
    let wait = rest(now)
    guard now + wait < end else { return .over(after: wait) }
    due = now + wait + .seconds(60) * count / rate
    return .send(after: wait)
  }

  /// How long nothing more may be sent.
  func rest(_ now: ContinuousClock.Instant) -> Duration { max((due ?? now) - now, .zero) }
}
