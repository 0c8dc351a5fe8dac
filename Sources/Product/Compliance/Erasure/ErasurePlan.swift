internal import Domain

/// Where an erasure stands, and what may follow:
/// ```
/// pending ─ running ─ done
///              └───── failed
/// ```
enum ErasureState: String, Sendable, CaseIterable {
  case pending, running, done, failed

  /// What may follow.
  var next: Set<ErasureState> {
    switch self {
    case .pending: [.running]
    case .running: [.done, .failed]
    case .done, .failed: []
    }
  }
}

/// Decides how an erasure goes on.
enum ErasurePlan {
  /// Calls that are erased in one transaction.
  static let batch = 25
  /// How long one attempt of its job works before others have their turn.
  static let slice = Duration.seconds(20)
  /// How long it waits before it looks again for the end of calls in progress.
  static let pause = Duration.seconds(15)
  /// How long it waits for them: a call lasts an hour at most, and one whose server died a little more.
  static let patience = Duration.seconds(3 * 3_600)

  /// What comes next.
  enum OnLook: Sendable, Equatable {
    /// These calls go.
    case eraseCalls
    /// Let others work, and go on at once.
    case yield
    /// Look again later.
    case wait(Duration)
    /// Nothing is left.
    case finish
    case fail(String)
  }

  /// Decides by how many calls of the person are over and still there, how many go on, how long the
  /// erasure has been running, and how long this attempt has.
  static func look(
    ended: Int, open: Int, running: Duration, working: Duration
  ) -> OnLook {
    if ended > 0 { return working < slice ? .eraseCalls : .yield }
    if open == 0 { return .finish }
    if running < patience { return .wait(pause) }
    return .fail("calls of the number were still in progress after three hours")
  }
}
