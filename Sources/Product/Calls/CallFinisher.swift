internal import Conversation
internal import Domain
internal import Postgres
internal import Schema
internal import Speech
internal import Telemetry

/// Brings a call that has stopped to its end: recording, transcript, cost, state.
struct CallFinisher: Sendable {
  let pool: PostgresPool
  let settings: CallSettings
  let recordings: Recordings

  /// Finishes `call` with its session's report, or without one when its process died. What fails is
  /// logged and tried again by the reaper, since the state is written last.
  func finish(_ call: CallRecord, _ result: (report: CallReport, outcome: CallOutcome)?) async {
    do {
      let recording = try await recordings.keep(call)
      try await pool.transaction(tenant: .system) { transaction in
        if let recording {
          try await CallMetadataStore.setRecording(
            call.id, url: recording.url, wrappedKey: recording.wrappedKey, transaction)
          try await CallNews.tell(.callRecordingReady, of: call, transaction)
        }
        try await write(call, result, transaction)
      }
    } catch {
      Log("calls").error(
        "a call could not be finished", ["call_id": "\(call.id)", "error": "\(error)"])
    }
  }

  private func write(
    _ call: CallRecord, _ result: (report: CallReport, outcome: CallOutcome)?,
    _ transaction: Transaction
  ) async throws {
    let transcript: [Payaid.Voice.V1.TranscriptEntry]
    if let result {
      transcript = result.outcome.transcript
    } else {
      transcript = try await CallEventStore.transcript(of: call.id, transaction)
    }
    try await CallMetadataStore.finish(
      call.id, transcript: transcript, quality: result?.outcome.quality, transaction)
    if !transcript.isEmpty { try await CallNews.tell(.callTranscriptReady, of: call, transaction) }
    if settings.analyzesCalls, CallAnalyzer.isWorthwhile(transcript) {
      try await CallAnalyzer.enqueue(call.id, transaction)
    }
    let usage = result?.report.usage ?? TokenUsage()
    let duration = try await talkingTime(call, result?.report, transaction)
    let line = call.direction == .live ? Rupees.zero : settings.pricing.telephony(duration)
    try await CallStore.setCost(
      telephony: line, model: settings.pricing.model(usage), of: call.id, transaction)
    try await CallStore.move(
      call.id, to: result?.outcome.state ?? .failed,
      reason: result?.outcome.reason ?? "server_lost", transaction)
  }

  /// How long the line was paid for; for a dead process, until its lease was last renewed.
  private func talkingTime(
    _ call: CallRecord, _ report: CallReport?, _ transaction: Transaction
  ) async throws -> Duration {
    if let report { return report.start == nil ? .zero : report.duration }
    return try await CallLease.heldFor(call.id, transaction)
  }
}
