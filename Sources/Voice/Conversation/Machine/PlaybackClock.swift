/// Knows how much of the agent's audio the caller has heard; pure.
///
/// Positions count speech handed to the carrier, without padding. Between marks the carrier is taken
/// to play in real time; each mark that comes back corrects the lag of that estimate.
struct PlaybackClock {
  /// Speech handed over so far.
  private(set) var sent: Duration = .zero
  private var playsUntil: Duration = .zero
  private var lastPadding: Duration = .zero
  private var lag: Duration = .zero
  private var confirmed: Duration = .zero
  private var pending: [(name: String, position: Duration)] = []

  /// When the carrier should have played all it was given.
  var expectedEnd: Duration { playsUntil + lag }

  mutating func handedOver(speech: Duration, padding: Duration, at now: Duration) {
    sent += speech
    lastPadding = padding
    playsUntil = max(playsUntil, now) + speech + padding
  }

  /// Notes a mark behind the audio up to `position`.
  mutating func expect(_ name: String, at position: Duration) { pending.append((name, position)) }

  /// A mark came back; false for one not expected (or cleared meanwhile).
  mutating func played(_ name: String, at now: Duration) -> Bool {
    guard let index = pending.firstIndex(where: { $0.name == name }) else { return false }
    let position = pending[index].position
    pending.removeFirst(index + 1)
    confirmed = max(confirmed, position)
    let expected =
      playsUntil - (sent - min(position, sent)) - (position >= sent ? .zero : lastPadding)
    lag = min(max(now - expected, .zero), .seconds(2))
    return true
  }

  /// The position up to which the caller has heard.
  func heard(at now: Duration) -> Duration {
    let unplayed = max(.zero, playsUntil + lag - now - lastPadding)
    return max(confirmed, sent - min(sent, unplayed))
  }

  /// The carrier dropped what it had not played; answers the position reached.
  mutating func cleared(at now: Duration) -> Duration {
    let position = heard(at: now)
    playsUntil = min(playsUntil, now)
    lastPadding = .zero
    confirmed = sent
    pending.removeAll()
    return position
  }
}
