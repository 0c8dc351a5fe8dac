internal import Conversation
internal import Domain
internal import Protobuf
internal import Speech
internal import VoiceAPI

/// What a session's report means for its call.
struct CallOutcome {
  let state: CallState
  let reason: String
  let transcript: [Payaid.Voice.V1.TranscriptEntry]
  let quality: Payaid.Voice.V1.CallQuality
  let answer: RecordingAnswer?

  init(_ report: CallReport) {
    state = Self.state(report.reason)
    reason = report.reason.code
    let latencies = Dictionary(
      report.latencies.map { ($0.turn, $0.response) }, uniquingKeysWith: { first, _ in first })
    transcript = report.transcript.map { $0.proto(latency: latencies[$0.turn] ?? nil) }
    quality = Self.quality(report)
    answer = report.recordingAnswer
  }

  private static func state(_ reason: CallEndReason) -> CallState {
    switch reason {
    case .callerHungUp, .agentEnded, .maxDuration, .callerSilent, .requested: .completed
    case .modelFailed, .modelSilent, .carrierLost, .carrierNeverStarted, .carrierSilent,
      .protocolViolation:
      .failed
    }
  }

  private static func quality(_ report: CallReport) -> Payaid.Voice.V1.CallQuality {
    let replies = report.latencies.compactMap(\.response).sorted()
    let added = report.latencies.map { $0.egress + report.worstIngress }.sorted()
    return .with {
      $0.replyLatencyP50 = quantile(0.5, of: replies)?.protobuf
      $0.replyLatencyP95 = quantile(0.95, of: replies)?.protobuf
      $0.serverLatencyP95 = quantile(0.95, of: added)?.protobuf
      $0.interruptions = Int32(clamping: report.counters.interruptions)
      $0.watchdogTrips = Int32(
        clamping: report.counters.modelNudges + report.counters.silencePrompts
          + report.counters.toolTimeouts)
      $0.recognitionConfidence = Self.confidence(report.transcript)
    }
  }

  /// Over all that the caller said; `nil` when no recogniser told its own.
  private static func confidence(_ transcript: [TranscriptEntry]) -> Float? {
    let heard = transcript.filter { $0.speaker == .caller }
    return Recognition(joining: heard.map { .init(text: $0.text, confidence: $0.confidence) })
      .confidence.map(Float.init)
  }

  /// The value that `fraction` of `sorted` does not exceed (nearest rank); `nil` of nothing.
  private static func quantile(_ fraction: Double, of sorted: [Duration]) -> Duration? {
    guard !sorted.isEmpty else { return nil }
    let rank = (fraction * Double(sorted.count)).rounded(.up)
    return sorted[max(0, Int(rank) - 1)]
  }
}
