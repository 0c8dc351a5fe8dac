/// Decides what follows a failure of one request to S3. Knows no clock and no socket.
///
/// Trouble of S3's or on the way: again after a pause that doubles, four times in all. A clock that is
/// wrong and credentials that have expired: put right and tried again, each once.
struct S3RetryMachine {
  enum OnFailure: Equatable {
    case giveUp
    /// Again after a random part of `longest`, and of it at least half.
    case retry(longest: Duration)
    /// Again at once, by S3's clock, in seconds since 1970.
    case setClock(Int64)
    /// Again at once, with credentials found anew.
    case renewCredentials
  }

  private static let attempts = 4
  private static let expired: Set<String> = [
    "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired",
  ]

  private var attempt = 1
  private var hasSetClock = false
  private var hasRenewed = false

  mutating func failed(_ failure: S3Failure) -> OnFailure {
    if case .refused(let code) = failure.error.kind {
      if code == "RequestTimeTooSkewed", let date = failure.date, !hasSetClock {
        hasSetClock = true
        return .setClock(date)
      }
      if Self.expired.contains(code), !hasRenewed {
        hasRenewed = true
        return .renewCredentials
      }
    }
    guard failure.error.isTransient, attempt < Self.attempts else { return .giveUp }
    defer { attempt += 1 }
    return .retry(longest: .milliseconds(200 << (attempt - 1)))
  }
}
