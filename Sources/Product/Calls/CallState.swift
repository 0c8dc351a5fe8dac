internal import Postgres
package import VoiceAPI

/// Where a call stands, and what may follow:
/// ```
/// queued ─ dialing ─ ringing ─ in_progress ─ completed
///   │         ├─────────┴─ busy, no_answer, canceled
///   └─ blocked, canceled          any ─ failed
/// ```
/// A state may be left out where the carrier does not report it. The table `call_moves` in the
/// database says the same, and refuses what this does not allow.
package enum CallState: String, Sendable, CaseIterable, PostgresEncodable, PostgresDecodable {
  case queued, blocked, dialing, ringing
  case inProgress = "in_progress"
  case completed, failed, busy
  case noAnswer = "no_answer"
  case canceled

  /// Nothing follows it.
  package var isTerminal: Bool { next.isEmpty }

  /// The carrier has it, or is about to, and its media has not begun.
  var awaitsMedia: Bool { self == .dialing || self == .ringing }

  /// What may follow.
  package var next: Set<CallState> {
    switch self {
    case .queued: [.blocked, .dialing, .failed, .canceled, .inProgress]
    case .dialing: [.ringing, .inProgress, .completed, .failed, .busy, .noAnswer, .canceled]
    case .ringing: [.inProgress, .completed, .failed, .busy, .noAnswer, .canceled]
    case .inProgress: [.completed, .failed]
    case .blocked, .completed, .failed, .busy, .noAnswer, .canceled: []
    }
  }

  /// As the API names it.
  package var proto: Payaid.Voice.V1.Call.State {
    switch self {
    case .queued: .queued
    case .blocked: .blocked
    case .dialing: .dialing
    case .ringing: .ringing
    case .inProgress: .inProgress
    case .completed: .completed
    case .failed: .failed
    case .busy: .busy
    case .noAnswer: .noAnswer
    case .canceled: .canceled
    }
  }

  /// The state that the API calls `proto`; `nil` for one it does not know.
  package init?(_ proto: Payaid.Voice.V1.Call.State) {
    guard let state = Self.allCases.first(where: { $0.proto == proto }) else { return nil }
    self = state
  }
}
