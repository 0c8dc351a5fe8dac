/// Decides how often a process asks for the lead and what it does when it has it. It knows no time.
///
/// following → leading → following; ended from any. A follower asks seldom, a leader ticks often; a
/// leader that cannot reach the database follows, since somebody else may lead by then.
struct LeaderMachine {
  enum State: Equatable { case following, leading, ended }

  struct Pauses: Sendable, Equatable {
    /// Between a follower's questions: a dead leader is missed for this long and its lease.
    var following = Duration.seconds(5)
    /// Between a leader's ticks: how late a schedule may be.
    var leading = Duration.seconds(1)
  }

  private let pauses: Pauses
  private(set) var state = State.following

  init(pauses: Pauses = Pauses()) { self.pauses = pauses }

  /// The answer to asking for the lead: how long to wait before the next question.
  mutating func asked(_ hasLead: Bool) -> Duration {
    guard state != .ended else { return pauses.following }
    state = hasLead ? .leading : .following
    return hasLead ? pauses.leading : pauses.following
  }

  /// The database did not answer.
  mutating func failed() -> Duration {
    if state == .leading { state = .following }
    return pauses.leading
  }

  /// Stops; whether there is a lead to give up.
  mutating func end() -> Bool {
    defer { state = .ended }
    return state == .leading
  }
}
