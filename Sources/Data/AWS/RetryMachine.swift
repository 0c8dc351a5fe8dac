/// Decides what follows a failure of one request to AWS. Knows no clock and no socket.
///
/// Trouble of AWS's or on the way: again after a pause that doubles, four times in all. A clock that is
/// wrong and credentials that have expired: put right and tried again, each once.
struct RetryMachine {
  enum OnFailure: Equatable {
    case giveUp
    /// Again after a random part of `longest`, and of it at least half.
    case retry(longest: Duration)
    /// Again at once, by AWS's clock, in seconds since 1970.
    case setClock(Int64)
    /// Again at once, with credentials found anew.
    case renewCredentials
  }

  private static let attempts = 4
  private static let expired: Set<String> = [
    "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired",
  ]
  /// How services that speak JSON refuse a signature also when only its time is wrong.
  private static let skewed: Set<String> = [
    "RequestTimeTooSkewed", "RequestExpired", "InvalidSignatureException",
    "SignatureDoesNotMatch",
  ]

  private var attempt = 1
  private var hasSetClock = false
  private var hasRenewed = false

  /// `theirClock` is what AWS's clock showed, in seconds since 1970, where it may be the reason.
  mutating func failed(_ error: AWSError, theirClock: Int64?) -> OnFailure {
    if case .refused(let code) = error.kind {
      if Self.skewed.contains(code), let theirClock, !hasSetClock {
        hasSetClock = true
        return .setClock(theirClock)
      }
      if Self.expired.contains(code), !hasRenewed {
        hasRenewed = true
        return .renewCredentials
      }
    }
    guard error.isTransient, attempt < Self.attempts else { return .giveUp }
    defer { attempt += 1 }
    return .retry(longest: .milliseconds(200 << (attempt - 1)))
  }
}
