internal import Conversation
internal import EventLoop
internal import Speech

/// What brought a call in progress to its end.
enum CallEnding: Sendable {
  /// Its conversation ended, at this moment of this process.
  case reported(CallReport, at: LoopInstant)
  /// Its conversation could not be set up.
  case neverBegan
  /// The process that held it died.
  case abandoned

  /// What the report means for the call; `nil` when there is none.
  var outcome: CallOutcome? {
    if case .reported(let report, at: _) = self { CallOutcome(report) } else { nil }
  }

  /// What the conversation is known to have taken of its vendors.
  var usage: SpeechUsage {
    if case .reported(let report, at: _) = self { report.usage } else { SpeechUsage() }
  }
}
