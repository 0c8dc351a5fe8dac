package import Speech

/// What happens in a call as observers see it. Transcript texts are personal data.
package enum CallEvent: Sendable, Equatable {
  case started(CarrierLegStart)
  case state(ConversationState)
  case transcript(TranscriptEntry)
  case latency(TurnLatency)
  /// A tool was asked for; arguments stay with the tool runner.
  case toolCalled(id: String, name: String)
  case ended(CallEndReason)
}

/// How often known troubles happened in a call.
package struct CallCounters: Sendable, Equatable {
  package var interruptions = 0
  package var modelNudges = 0
  package var silencePrompts = 0
  package var modelReconnects = 0
  package var toolCalls = 0
  package var toolTimeouts = 0
  /// 1 when the model did not give the notice of a recording, so that there is none.
  package var missingNotices = 0
  /// Caller audio thrown away because the model was not ready for longer than the buffer.
  package var droppedCallerFrames = 0
  /// Events a slow observer missed.
  package var droppedEvents = 0

  package init() {}
}

/// Everything known about a call when it has ended.
package struct CallReport: Sendable {
  package var reason: CallEndReason
  /// Nil when the carrier never started its stream.
  package var start: CarrierLegStart?
  /// From the start of the media to the end.
  package var duration: Duration
  package var transcript: [TranscriptEntry]
  package var latencies: [TurnLatency]
  /// The longest time a caller frame spent in this process before it was handed to the model.
  package var worstIngress: Duration
  package var usage: SpeechUsage
  package var counters: CallCounters
  /// Nil when the caller was not asked.
  package var recordingAnswer: RecordingAnswer?
  /// Nil when nothing was recorded.
  package var recording: RecordingSummary?
}
