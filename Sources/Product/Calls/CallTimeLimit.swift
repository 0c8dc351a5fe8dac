internal import Domain

/// How long the carrier lets a call last from when it is answered.
enum CallTimeLimit {
  private static let longest = Duration.seconds(3_600)
  /// A call is not worth less.
  private static let shortest = Duration.seconds(60)

  /// Of a call that is dialled at `now`, rings for `ringing` at most, and has to be over at `end`, if that
  /// is set; `nil` when it could not be.
  static func limit(dialedAt now: Moment, ringing: Duration, end: Moment?) -> Duration? {
    guard let end else { return longest }
    let rest = Duration.seconds((end - now - ringing).components.seconds)
    return rest < shortest ? nil : min(rest, longest)
  }
}
