/// Tells by its sender's clock how late a frame is; pure, of constant size.
///
/// The quickest frame of the last 5 to 10 seconds shows how that clock stands to ours; any other is
/// late by what it took longer. So the clocks may drift apart, and either may jump: that is forgotten
/// after as long. A clock that falls behind the audio it stamps is not believed.
struct SenderClock {
  private static let period = Duration.seconds(5)
  private var last: Duration?
  private var periodEnd: Duration?
  /// The shortest way of a frame in this period and in the one before, from any origin.
  private var shortest: Duration?
  private var shortestBefore: Duration?

  /// How much later than the quickest a frame of `duration` came that its sender stamped `sentAt`;
  /// zero when it is not stamped.
  mutating func lateness(of duration: Duration, sentAt: Duration?, at now: Duration) -> Duration {
    guard let sentAt else { return .zero }
    if let last, sentAt - last < duration / 2 { self = SenderClock() }
    last = sentAt
    if now >= periodEnd ?? now {
      periodEnd = now + Self.period
      shortestBefore = shortest
      shortest = nil
    }
    let way = now - sentAt
    let least = min(shortest ?? way, way)
    shortest = least
    return way - min(shortestBefore ?? least, least)
  }
}
