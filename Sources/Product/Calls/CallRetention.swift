package import Domain
internal import EventLoop
package import Jobs
internal import Postgres
internal import Telemetry

/// What calls leave behind and is kept for a while only.
package enum CallRetention {
  /// Recordings that one transaction deletes at most, each a request to the object store.
  static let batch = 20
  /// How long a transaction goes on to the next recording; the database ends one that is silent for
  /// thirty seconds.
  private static let patience = Duration.seconds(10)

  /// Forgets the recordings of calls that ended longer ago than `lifetime`: the object, then where
  /// it is and its key. Their transcripts stay. Those of calls that recover loans are kept as long as the
  /// law wants, if that is longer.
  ///
  /// An object goes before its row says so, and one that is gone already is no hindrance: what stops
  /// in between is ended by the next run. A store that refuses ends the run.
  package static func recordings(
    _ recordings: Recordings, keptFor lifetime: Duration,
    now: @escaping @Sendable () -> Moment = { WallClock.now }
  ) -> Retention {
    Retention("calls.recordings", batch: batch) { transaction in
      let now = now()
      let old = try await CallMetadataStore.lockOldRecordings(
        endedBefore: now - lifetime, at: now, limit: batch, transaction)
      let kept = old.filter { isKept($0, at: now) }.map(\.call)
      try await CallMetadataStore.keepRecordings(
        of: kept, for: RecoveryRecording.lifetime, transaction)
      let gone = await delete(old.filter { !isKept($0, at: now) }, from: recordings)
      try await CallMetadataStore.clearRecordings(of: gone, transaction)
      return kept.count + gone.count
    }
  }

  private static func isKept(_ recording: CallMetadataStore.OldRecording, at now: Moment) -> Bool {
    recording.isRecovery && now >= RecoveryRecording.effectiveFrom
      && now < recording.endTime + RecoveryRecording.lifetime
  }

  /// Deletes objects, and gives the calls whose are gone. In any order: one that is refused each
  /// time does not hold up the others for ever.
  private static func delete(
    _ old: [CallMetadataStore.OldRecording], from recordings: Recordings
  ) async -> [String] {
    let end = LoopInstant.readClock().advanced(by: patience)
    var gone: [String] = []
    for recording in old.shuffled() {
      guard LoopInstant.readClock() < end else { break }
      do {
        try await recordings.delete(recording.url)
        gone.append(recording.call)
      } catch {
        Log("calls").warning(
          "a recording could not be deleted yet",
          ["call_id": "\(recording.call)", "error": "\(error)"])
        break
      }
    }
    return gone
  }

  /// Forgets who read a call longer ago than `lifetime`. Entries are numbered as they are written,
  /// so the oldest are the first.
  package static func access(keptFor lifetime: Duration) -> Retention {
    Retention("calls.access") { transaction in
      try await transaction.execute(
        """
        DELETE FROM call_access WHERE entry_id = ANY(ARRAY(
            SELECT entry_id FROM call_access ORDER BY entry_id LIMIT \(Retention.batch)))
          AND time < now() - \("\(lifetime.components.seconds) seconds")::interval
        """)
    }
  }
}
