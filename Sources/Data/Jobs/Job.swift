/// One claimed job. It belongs to this worker until its lease ends.
package struct Job: Sendable, Equatable {
  package let id: Int64
  package let kind: String
  package let payload: [UInt8]
  /// 1 for the first attempt.
  package let attempt: Int
  package let maxAttempts: Int
  /// How long it had been due when it was claimed.
  package let waited: Duration
  let leaseID: Int64

  /// Whether a failure of this attempt is final.
  package var isLastAttempt: Bool { attempt >= maxAttempts }
}

/// Who goes first among the due jobs of a queue; earlier ones of the same level before later ones.
package enum JobPriority: Int, Sendable, CaseIterable {
  case urgent = -2
  case high = -1
  case normal = 0
  case low = 1
  case idle = 2
}

/// What a handler throws to steer its job; any other error means: try again later.
package enum JobControl: Error, Equatable {
  /// Ends the job as dead, however many attempts are left. The reason is kept; nothing personal.
  case discard(reason: String)
  /// Runs the job again after this long; the attempt does not count.
  case snooze(Duration)
  /// Runs the job again after this long in place of the usual pause; the attempt counts.
  case retry(after: Duration, reason: String)
}

/// Why the queue refused something.
package struct JobError: Error, Sendable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    /// Another worker has the job by now; whatever was done for it must be rolled back.
    case leaseLost
    /// Two handlers, or two schedules, have one name.
    case duplicateHandler
    /// A payload cannot be read.
    case badPayload
    /// A timetable is not one.
    case badTimetable
  }

  package let kind: Kind
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }
}

/// What a job says, as one kind of payload.
package protocol JobPayload: Sendable {
  static var jobKind: String { get }
  /// At most 65,536 bytes; ids rather than what they name.
  var jobPayload: [UInt8] { get }
  init(jobPayload: [UInt8]) throws
}

/// Runs the jobs of one kind.
package struct JobHandler: Sendable {
  package let kind: String
  /// After this long the handler's task is cancelled.
  package let timeout: Duration
  let run: @Sendable (Job) async throws -> Void

  /// `run` may be called more than once for a job: at least once is what the queue promises. Its
  /// task is cancelled when the job is, when its time is over, and when another worker has it.
  package init(
    kind: String, timeout: Duration = .seconds(60),
    _ run: @escaping @Sendable (Job) async throws -> Void
  ) {
    self.kind = kind
    self.timeout = timeout
    self.run = run
  }

  /// A handler of typed payloads; a payload that cannot be read is discarded.
  package init<Payload: JobPayload>(
    _ type: Payload.Type, timeout: Duration = .seconds(60),
    _ run: @escaping @Sendable (Payload, Job) async throws -> Void
  ) {
    self.init(kind: Payload.jobKind, timeout: timeout) { job in
      guard let payload = try? Payload(jobPayload: job.payload) else {
        throw JobControl.discard(reason: "payload cannot be read")
      }
      try await run(payload, job)
    }
  }
}
