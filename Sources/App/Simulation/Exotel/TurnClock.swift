/// Measures how long the bot takes: after the end of the caller's line until it is heard, and
/// after a barge-in until it is silent. Each line is measured once.
struct TurnClock: Sendable {
  private var awaitingArrivalSince: Duration?
  private var awaitingSoundSince: Duration?
  private var interruptedAt: Duration?

  /// The caller starts a line; with the agent audible this is a barge-in.
  mutating func lineStarted(at now: Duration, isAgentAudible: Bool) {
    awaitingArrivalSince = nil
    awaitingSoundSince = nil
    interruptedAt = isAgentAudible ? now : nil
  }

  mutating func lineEnded(at end: Duration) {
    awaitingArrivalSince = end
    awaitingSoundSince = end
  }

  /// An audible chunk arrived; the wait it ends, if any.
  mutating func audioArrived(at now: Duration) -> Duration? {
    guard interruptedAt == nil else { return nil }
    defer { awaitingArrivalSince = nil }
    return awaitingArrivalSince.map { now - $0 }
  }

  /// Audible sound reached the ear; the wait it ends, if any.
  mutating func audioHeard(at now: Duration) -> Duration? {
    guard interruptedAt == nil else { return nil }
    defer { awaitingSoundSince = nil }
    return awaitingSoundSince.map { now - $0 }
  }

  /// Ends a barge-in when the agent has fallen silent; the time that took.
  mutating func checkHush(isAgentAudible: Bool, at now: Duration) -> Duration? {
    guard let start = interruptedAt, !isAgentAudible else { return nil }
    interruptedAt = nil
    return now - start
  }
}
