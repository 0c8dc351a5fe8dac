package import VoiceAPI

/// What the national do-not-disturb register says of a number, as far as it is known.
package enum DoNotDisturbStatus: String, Sendable, Hashable {
  /// Nobody was asked, since the purpose does not need it.
  case notAsked = "not_asked"
  /// The register was asked and could not answer; never taken as clear.
  case unknown
  case clear
  case blocked

  /// What a verdict that lets a call pass rests on.
  package init(allowedBy decision: Payaid.Voice.V1.Decision) {
    let isClear = decision.results.contains { $0.rule == "DO_NOT_DISTURB" && $0.outcome == .pass }
    self = isClear ? .clear : .notAsked
  }
}

/// Somebody's answer from that register.
package struct DoNotDisturbAnswer: Sendable, Hashable {
  package var status: DoNotDisturbStatus
  /// Of when it is.
  package var time: Moment

  package init(_ status: DoNotDisturbStatus, at time: Moment) {
    self.status = status
    self.time = time
  }
}
