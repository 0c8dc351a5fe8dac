internal import Conversation
internal import Domain
internal import EventLoop
internal import Postgres
internal import Speech
internal import Telemetry
internal import VoiceAPI

/// Brings a call that has stopped to its end: recording, transcript, cost, state.
struct CallFinisher: Sendable {
  /// How long the object store may take for what a call left behind.
  private static let patience = Duration.seconds(600)

  let pool: PostgresPool
  let settings: CallSettings
  let recordings: Recordings
  /// How long a call's end waits for the object store.
  var storeLimit = Duration.seconds(10)
  /// Functions of the call that could not be journaled yet.
  var executions: [Payaid.Voice.V1.ToolExecution] = []

  /// Finishes `call`: the recording first, then all that is written down, in one transaction.
  ///
  /// What the database does not take is logged and tried again after each of `pauses`; what is not written
  /// by then is left to the reaper, which has no report. A recording that the object store does not
  /// take in time stays in its spool, for ``keepLeft(_:on:)``.
  func finish(
    _ call: CallRecord, _ ending: CallEnding, pauses: FinishPauses = .none, on loop: EventLoop
  ) async {
    let kept = await recordings.keep(call, within: storeLimit, on: loop)
    var pauses = pauses
    while let error = await failure(of: call, ending, kept) {
      guard let pause = pauses.next(after: error), (try? await loop.sleep(for: pause)) != nil
      else { return }
    }
  }

  /// Stores the recording of a call that is over and whose spool is still there; whether the object
  /// store took it, or there was nothing to take.
  func keepLeft(_ id: CallID, on loop: EventLoop) async throws -> Bool {
    if try await dropErased(id) { return true }
    let call = try await pool.transaction(tenant: .system) { try await CallStore.find(id, $0) }
    guard let call, call.state.isTerminal else { return true }
    let kept = await recordings.keep(call, within: Self.patience, on: loop)
    if case .stored = kept {
      let isNoted = try await pool.transaction(tenant: .system) {
        try await note(kept, of: call, $0)
      }
      await leave(kept, of: id, isNoted: isNoted)
    }
    return kept != .later
  }

  /// Removes what is left here of a recording whose person was erased, and its object, which nobody may
  /// have noted; whether the person was.
  func dropErased(_ id: CallID) async throws -> Bool {
    let call = try await pool.transaction(tenant: .system) { transaction in
      try await CallMetadataStore.isErased(id, transaction)
        ? try await CallStore.find(id, transaction) : nil
    }
    guard let call else { return false }
    try await recordings.delete(Recordings.url(of: call))
    await recordings.discard(id)
    return true
  }

  /// Removes the spool of a recording that was stored, and the object, too, when its call was erased
  /// meanwhile.
  private func leave(_ kept: Recordings.Kept, of id: CallID, isNoted: Bool) async {
    guard case .stored(let url, _) = kept else { return }
    if !isNoted {
      do {
        try await recordings.delete(url)
      } catch {
        // The spool stays, so that whoever finds it removes both.
        Log("calls").warning(
          "an erased recording could not be deleted yet",
          ["call_id": "\(id)", "error": "\(error)"])
        return
      }
    }
    await recordings.drop(id)
  }

  /// One attempt to write a call's end down; its spool goes only when that is committed. What was in
  /// the way, if anything was.
  private func failure(
    of call: CallRecord, _ ending: CallEnding, _ kept: Recordings.Kept
  ) async -> (any Error)? {
    do {
      let isNoted = try await pool.transaction(tenant: .system) {
        try await write(call, ending, kept, $0)
      }
      await leave(kept, of: call.id, isNoted: isNoted)
      return nil
    } catch {
      Log("calls").error(
        "a call could not be finished", ["call_id": "\(call.id)", "error": "\(error)"])
      return error
    }
  }

  /// Writes the end down, and says whether the recording is the call's.
  private func write(
    _ call: CallRecord, _ ending: CallEnding, _ kept: Recordings.Kept, _ transaction: Transaction
  ) async throws -> Bool {
    let end = try await end(of: call.id, ending, transaction)
    let isNoted = try await note(kept, of: call, transaction)
    for execution in executions {
      try await CallMetadataStore.add(execution, to: call.id, transaction)
    }
    // Over already: another process ended it, or the answer to our commit was lost.
    guard let end else {
      try await supply(ending, to: call, transaction)
      return isNoted
    }
    let outcome = ending.outcome
    let transcript =
      if let outcome {
        outcome.transcript
      } else {
        try await CallEventStore.transcript(of: call.id, transaction)
      }
    try await CallMetadataStore.finish(
      call.id, transcript: transcript, quality: outcome?.quality, answer: outcome?.answer,
      transaction)
    try await tell(transcript, of: call, transaction)
    try await bill(call, ending, Self.talkingTime(call, ending, until: end), transaction)
    try await CallStore.move(
      call.id, to: outcome?.state ?? .failed, reason: outcome?.reason ?? "server_lost", at: end,
      transaction)
    return isNoted
  }

  /// Writes what only the process knows that held the conversation of a call which somebody else has
  /// ended meanwhile; the state stays as it is.
  private func supply(
    _ ending: CallEnding, to call: CallRecord, _ transaction: Transaction
  ) async throws {
    guard case .reported(let report, at: _) = ending, let outcome = ending.outcome,
      let hasTranscript = try await CallMetadataStore.lockUnreported(call.id, transaction)
    else { return }
    try await CallMetadataStore.finish(
      call.id, transcript: outcome.transcript, quality: outcome.quality, answer: outcome.answer,
      transaction)
    if !hasTranscript { try await tell(outcome.transcript, of: call, transaction) }
    try await bill(call, ending, report.start == nil ? .zero : report.duration, transaction)
  }

  private func tell(
    _ transcript: [Payaid.Voice.V1.TranscriptEntry], of call: CallRecord, _ transaction: Transaction
  ) async throws {
    guard !transcript.isEmpty else { return }
    try await CallNews.tell(.callTranscriptReady, of: call, transaction)
    if settings.analyzesCalls, CallAnalyzer.isWorthwhile(transcript) {
      try await CallAnalyzer.enqueue(call.id, transaction)
    }
  }

  private func bill(
    _ call: CallRecord, _ ending: CallEnding, _ duration: Duration, _ transaction: Transaction
  ) async throws {
    try await CallStore.setCost(
      telephony: call.direction == .live ? .zero : settings.pricing.telephony(duration),
      model: settings.pricing.speech(ending.usage), of: call.id, transaction)
  }

  /// Locks the call and says when it ended, by the database's clock; `nil` when it is over already.
  private func end(
    of id: CallID, _ ending: CallEnding, _ transaction: Transaction
  ) async throws -> Moment? {
    guard let found = try await CallStore.lockOpen(id, transaction) else { return nil }
    switch ending {
    case .reported(_, at: let instant): return found.now - instant.duration(to: .readClock())
    case .neverBegan: return found.now
    case .abandoned: return found.lostTime ?? found.now
    }
  }

  /// Notes a stored recording in its call, once; false for a call that was erased meanwhile.
  private func note(
    _ kept: Recordings.Kept, of call: CallRecord, _ transaction: Transaction
  ) async throws -> Bool {
    guard case .stored(let url, let wrappedKey) = kept,
      try await CallMetadataStore.recording(of: call.id, transaction) == nil
    else { return true }
    guard
      try await CallMetadataStore.setRecording(
        call.id, url: url, wrappedKey: wrappedKey, transaction)
    else { return false }
    try await CallNews.tell(.callRecordingReady, of: call, transaction)
    return true
  }

  /// How long the line was paid for; for a dead process, until it was last known to live.
  private static func talkingTime(
    _ call: CallRecord, _ ending: CallEnding, until end: Moment
  ) -> Duration {
    switch ending {
    case .reported(let report, at: _): report.start == nil ? .zero : report.duration
    case .neverBegan: .zero
    case .abandoned: call.answerTime.map { max(.zero, end - $0) } ?? .zero
    }
  }
}
