internal import Domain

/// How long a subject has to wait between failed logins.
///
/// - An address: not at all for the first few, then twice as long each time, up to a quarter of an
///   hour. A quiet day, or a success, begins anew.
/// - A client: not at all while there is room for its failures, of which one a minute is forgotten;
///   then until the next one is, a minute at most. A success takes back its own attempt only.
///
/// An attempt counts as failed when it begins, so that many at once gain nothing. Whether the
/// address exists plays no part.
struct LoginThrottle: Sendable, Hashable {
  /// What is counted, and how patiently.
  enum Subject: Sendable, Hashable {
    /// Attempts on one address, from anywhere.
    case address
    /// Attempts of one client, on any address: many people may sit behind it.
    case client
  }

  enum OnAttempt: Sendable, Hashable {
    /// Go on; this is what is known from now on.
    case proceed(LoginThrottle)
    /// Not before this has passed.
    case wait(Duration)
  }

  /// Failures on an address that cost nothing.
  static let free = 5
  static let longestWait = Duration.seconds(900)
  static let memory = Duration.seconds(86_400)
  /// Failures of a client that there is room for. Guesses at one address alone never fill it, since
  /// that address has to wait itself.
  static let room = 50
  /// How long it takes until one of a client's failures is forgotten.
  static let leakTime = Duration.seconds(60)

  let failures: Int
  /// Of an address: when its last attempt began. Of a client: up to when failures were forgotten.
  let lastTime: Moment

  /// What an attempt at `now` leads to.
  func attempt(_ subject: Subject, at now: Moment) -> OnAttempt {
    switch subject {
    case .address: attemptOnAddress(at: now)
    case .client: attemptOfClient(at: now)
    }
  }

  private func attemptOnAddress(at now: Moment) -> OnAttempt {
    let passed = now - lastTime
    let known = passed >= Self.memory ? 0 : failures
    let wait = Self.wait(after: known)
    // What is free does not ask for the time, since the clocks of two processes may differ.
    guard wait == .zero || passed >= wait else { return .wait(wait - passed) }
    return .proceed(LoginThrottle(failures: known + 1, lastTime: now))
  }

  private static func wait(after failures: Int) -> Duration {
    guard failures >= free else { return .zero }
    return min(.seconds(1 << min(failures - free, 20)), longestWait)
  }

  private func attemptOfClient(at now: Moment) -> OnAttempt {
    let known = leaked(at: now)
    guard known.failures < Self.room else {
      return .wait(Self.leakTime - (now - known.lastTime))
    }
    return .proceed(LoginThrottle(failures: known.failures + 1, lastTime: known.lastTime))
  }

  /// What is left at `now`. Time goes by whole failures, so that what remains of it is not lost.
  private func leaked(at now: Moment) -> LoginThrottle {
    let count = max(0, Int((now - lastTime).microseconds / Self.leakTime.microseconds))
    guard count < failures else { return LoginThrottle(failures: 0, lastTime: now) }
    return LoginThrottle(failures: failures - count, lastTime: lastTime + Self.leakTime * count)
  }
}
