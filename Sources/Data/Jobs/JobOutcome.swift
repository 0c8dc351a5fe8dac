internal import Postgres

/// What becomes of a job after an attempt.
enum JobOutcome: Equatable {
  case done
  case retry(after: Duration, error: String)
  case snooze(Duration)
  case dead(error: String)
  /// Somebody asked for its end while it ran.
  case cancelled
  /// The worker stops: the job goes back as if it had not been claimed.
  case release
  /// Somebody else has it, or the handler completed it in its own transaction.
  case nothing

  /// Decides from what the handler threw, and from why its task was cancelled, if it was. A handler
  /// that returns has done its job, whatever else happened; `jitter` is between 0.9 and 1.1.
  init(
    of error: (any Error)?, stop: WorkerMachine.Stop? = nil, attempt: Int, maxAttempts: Int,
    jitter: Double
  ) {
    guard let error else {
      self = .done
      return
    }
    switch (error, stop) {
    case (_, .leaseLost): self = .nothing
    case (let error as JobError, _) where error.kind == .leaseLost: self = .nothing
    case (_, .cancelled): self = .cancelled
    case (_, .draining): self = .release
    case (JobControl.discard(let reason), _): self = .dead(error: reason)
    case (JobControl.snooze(let pause), _): self = .snooze(pause)
    case (_, _) where attempt >= maxAttempts: self = .dead(error: Self.text(of: error))
    case (JobControl.retry(let pause, let reason), _): self = .retry(after: pause, error: reason)
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

  /// As metrics name it.
  var label: String {
    switch self {
    case .done: "done"
    case .retry: "retry"
    case .snooze: "snooze"
    case .dead: "dead"
    case .cancelled: "cancelled"
    case .release: "released"
    case .nothing: "lost"
    }
  }

  /// What is kept in the row. Errors of other modules may quote what a person said or dialled, so
  /// only their type is kept.
  private static func text(of error: any Error) -> String {
    switch error {
    case let error as PostgresError: "\(error)"
    case let error as JobError: error.message
    case JobControl.retry(_, let reason): reason
    case is CancellationError: "ran out of time"
    default: "\(type(of: error))"
    }
  }
}
