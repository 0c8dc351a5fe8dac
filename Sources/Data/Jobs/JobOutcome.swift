internal import Postgres

/// What becomes of a job after an attempt.
enum JobOutcome: Equatable {
  case done
  case retry(after: Duration, error: String)
  case snooze(Duration)
  case dead(error: String)
  /// The worker stops: the job goes back as if it had not been claimed.
  case release
  /// Somebody else has it, or the handler completed it in its own transaction.
  case nothing

  /// Decides; `jitter` is between 0.9 and 1.1.
  init(of error: (any Error)?, attempt: Int, maxAttempts: Int, jitter: Double) {
    guard let error else {
      self = .done
      return
    }
    switch error {
    case JobControl.discard(let reason): self = .dead(error: reason)
    case JobControl.snooze(let pause): self = .snooze(pause)
    case let error as JobError where error.kind == .leaseLost: self = .nothing
    case _ where attempt >= maxAttempts: self = .dead(error: Self.text(of: error))
    default:
      self = .retry(
        after: Self.backoff(attempt: attempt, jitter: jitter), error: Self.text(of: error))
    }
  }

  /// attempt⁴ seconds, at most 6 h.
  static func backoff(attempt: Int, jitter: Double) -> Duration {
    let n = Double(min(attempt, 20))
    return .milliseconds(Int64(min(n * n * n * n, 21_600) * 1000 * jitter))
  }

  /// What is kept in the row. Errors of other modules may quote what a person said or dialled, so
  /// only their type is kept.
  private static func text(of error: any Error) -> String {
    switch error {
    case let error as PostgresError: "\(error)"
    case let error as JobError: error.message
    case is CancellationError: "ran out of time"
    default: "\(type(of: error))"
    }
  }
}
