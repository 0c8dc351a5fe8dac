internal import Domain
package import Jobs
internal import Speech

extension Dialer {
  /// What runs its jobs.
  package var handler: JobHandler {
    JobHandler(kind: Self.jobKind) { job in
      guard let id = CallID(String(decoding: job.payload, as: UTF8.self)) else {
        throw JobControl.discard(reason: "the payload is no call's id")
      }
      try await attempt(id, isLastAttempt: job.isLastAttempt)
    }
  }

  /// Dials unless the account has to wait; a limit of the carrier's costs a call none of its attempts. A
  /// call that nobody dialled yet waits as `queued`.
  func attempt(_ id: CallID, isLastAttempt: Bool) async throws {
    if let wait = pace.wait() { throw JobControl.snooze(wait) }
    do {
      try await dial(id, isLastAttempt: isLastAttempt)
    } catch let error as SpeechError where error.kind == .quota {
      throw JobControl.snooze(pace.refused(error))
    }
  }
}
