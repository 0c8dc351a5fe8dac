package import Audio
package import Speech

/// What the outside tells a `ConversationMachine`.
package enum ConversationInput: Sendable {
  case carrierStarted
  case callerAudio(PCMFrame)
  case dtmf(String)
  /// A chunk left for the carrier: its speech and the silence added to it.
  case audioSent(speech: Duration, padding: Duration)
  case markPlayed(String)
  case carrierStopped(CarrierLegEnd)
  case model(RealtimeEvent)
  case toolAnswered(id: String, outcome: ToolResponse.Outcome)
  /// An instruction for the model from outside the call.
  case instruct(String)
  case end(CallEndReason)
  /// Time has passed; see `ConversationMachine.nextDeadline`.
  case tick
}

/// What a `ConversationMachine` wants done, in order.
package enum ConversationOutput: Sendable, Equatable {
  /// Agent audio for the carrier, at the model's rate.
  case sendAudio(PCMFrame)
  case flushAudio
  case mark(String)
  case clear
  /// Caller audio for the model, at the carrier's rate.
  case forward(PCMFrame)
  /// A text instruction for the model.
  case prompt(String)
  case runTool(ToolCall)
  case cancelTool(id: String)
  case answerTools([ToolResponse])
  case startRecording
  case state(ConversationState)
  case transcript(TranscriptEntry)
  case latency(TurnLatency)
  /// The last output: close everything.
  case end(CallEndReason)
}
