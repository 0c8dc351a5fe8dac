internal import Domain

/// How long a subject has to wait between failed logins: nothing for the first few, then twice as
/// long each time, up to a quarter of an hour. A quiet day, or a success, begins anew.
///
/// An attempt counts as failed when it begins, so that many at once gain nothing; success takes it
/// back. Whether the address exists plays no part.
struct LoginThrottle: Sendable, Hashable {
  /// What is counted, and how patiently.
  enum Subject: Sendable, Hashable {
    /// Attempts on one address, from anywhere.
    case address
    /// Attempts of one peer, on any address: many people may sit behind it.
    case peer

    var free: Int {
      switch self {
      case .address: 5
      case .peer: 50
      }
    }
  }

  enum OnAttempt: Sendable, Hashable {
    /// Go on; this is what is known from now on.
    case proceed(LoginThrottle)
    /// Not before this has passed.
    case wait(Duration)
  }

  static let longestWait = Duration.seconds(900)
  static let memory = Duration.seconds(86_400)

  let failures: Int
  let lastTime: Moment

  /// What an attempt at `now` leads to.
  func attempt(_ subject: Subject, at now: Moment) -> OnAttempt {
    if now - lastTime >= Self.memory {
      return .proceed(LoginThrottle(failures: 1, lastTime: now))
    }
    let left = Self.wait(after: failures, subject) - (now - lastTime)
    guard left <= .zero else { return .wait(left) }
    return .proceed(LoginThrottle(failures: failures + 1, lastTime: now))
  }

  private static func wait(after failures: Int, _ subject: Subject) -> Duration {
    guard failures >= subject.free else { return .zero }
    return min(.seconds(1 << min(failures - subject.free, 20)), longestWait)
  }
}
