internal import Conversation
internal import Domain
internal import Postgres
internal import Protobuf
internal import Speech
internal import Telemetry
internal import VoiceAPI

/// Writes what happens in a call while it happens, so that a crash keeps the transcript. It watches
/// the session through a bounded tap: a slow database loses lines here, and the report at the end
/// has them all.
struct CallJournal: Sendable {
  let call: CallRecord
  let pool: PostgresPool
  /// Is told each line before it is stored.
  let onLine: @Sendable (Payaid.Voice.V1.TranscriptEntry) -> Void

  /// Writes events until the session ends.
  func follow(_ events: AsyncStream<CallEvent>) async {
    var latencies: [Int: Duration] = [:]
    for await event in events {
      do {
        switch event {
        case .started(let start): try await begin(start)
        case .latency(let latency): latencies[latency.turn] = latency.response
        case .transcript(let entry):
          let line = entry.proto(latency: latencies[entry.turn])
          onLine(line)
          try await write(line)
        case .state, .toolCalled, .ended: break
        }
      } catch {
        Log("calls").warning(
          "a call's event could not be stored",
          ["call_id": "\(call.id.text)", "error": "\(error)"])
      }
    }
  }

  private func begin(_ start: CarrierLegStart) async throws {
    try await pool.transaction(tenant: .system) { transaction in
      if call.direction != .live {
        try await CallStore.setCarrierID(start.carrierCallID.rawValue, of: call.id, transaction)
      }
      try await CallStore.move(call.id, to: .inProgress, transaction)
    }
  }

  private func write(_ entry: Payaid.Voice.V1.TranscriptEntry) async throws {
    try await pool.transaction(tenant: .system) { transaction in
      try await CallEventStore.append(.transcript(entry), to: call, transaction)
    }
  }
}

extension TranscriptEntry {
  /// As the API shows it; `latency` is that of the agent's turn.
  func proto(latency: Duration?) -> Payaid.Voice.V1.TranscriptEntry {
    .with {
      $0.speaker = speaker == .caller ? .caller : .agent
      $0.text = text
      $0.offset = startedAt.protobuf
      $0.interrupted = !isComplete
      $0.replyLatency = speaker == .agent ? latency?.protobuf : nil
      $0.confidence = confidence.map(Float.init)
      $0.language = languageCode.map(Self.code) ?? ""
    }
  }

  /// `hi` of `hi-IN`.
  private static func code(_ language: String) -> String {
    String(language.prefix { $0 != "-" }).lowercased()
  }
}
