package import Audio

/// How one call shall run. All times are relative; texts are instructions to the model, not speech.
package struct ConversationOptions: Sendable {
  /// Played first and to its end; nothing the caller says interrupts it, and recording begins behind it.
  package var announcement: PCMFrame?
  /// Has to be heard before anything is recorded; `greeting` asks the model for it. Without one, and
  /// without an announcement, recording begins with the media.
  package var notice: RecordingNotice?
  /// Asks the model to speak first; nil waits for the caller.
  package var greeting: String? = "Greet the caller now."
  /// Played before hanging up when the model fails; any rate.
  package var failurePrompt: PCMFrame?
  /// The call ends this long after its media started.
  package var maxDuration: Duration = .seconds(600)
  /// Nobody has spoken for this long: the model is asked to check on the caller.
  package var silenceLimit: Duration = .seconds(10)
  package var silencePrompt =
    "The caller has been silent. Ask briefly whether they are still there."
  /// So many unanswered prompts, then the call ends.
  package var silencePrompts = 2
  /// Asks the model for last words before the call ends for the caller's silence or its length; nil
  /// ends it without.
  package var farewell: String?
  /// The model has not answered, or not gone on with what it began, for this long: nudge once, then
  /// give up.
  package var modelSilenceLimit: Duration = .seconds(8)
  package var modelNudge = "Please answer the caller now."
  /// A tool that has not answered by then is answered with an error.
  package var toolTimeout: Duration = .seconds(3)
  /// The same for single tools, by name.
  package var toolTimeouts: [String: Duration] = [:]
  /// Tools that change nothing: the model may call one again that did not answer in time.
  package var repeatableTools: Set<String> = []
  /// The declared function by which the model ends the call; handled here, never run as a tool.
  package var endCallTool: String? = "end_call"
  /// The carrier must start its stream, and the model be ready, this soon.
  package var startLimit: Duration = .seconds(10)
  /// Without any caller audio for this long the line counts as dead.
  package var carrierSilenceLimit: Duration = .seconds(10)

  package init() {}
}

/// The notice that a call is recorded, spoken by the model at the beginning of its first turn.
package struct RecordingNotice: Sendable {
  /// Asks the model for the notice alone, if its first turn was without.
  package var prompt: String
  /// All words of one of these have to stand in one sentence of what was heard; in lower case.
  package var proofs: [[String]]
  /// It is a question, and nothing is recorded before the caller says yes.
  package var isQuestion: Bool

  package init(prompt: String, proofs: [[String]], isQuestion: Bool = false) {
    self.prompt = prompt
    self.proofs = proofs
    self.isQuestion = isQuestion
  }

  /// Whether the notice was given in `text`.
  package func isGiven(in text: String) -> Bool { share(of: text) != nil }

  /// How much of `text` is up to the end of the sentence that gives the notice, 0 to 1; nil when none
  /// does.
  func share(of text: String) -> Double? {
    let text = text.lowercased()
    var rest = text[...]
    while !rest.isEmpty {
      let sentence = rest.prefix { !".।!?".contains($0) }
      if proofs.contains(where: { $0.allSatisfy { sentence.contains($0) } }) {
        let count = text.distance(from: text.startIndex, to: sentence.endIndex)
        return Double(count) / Double(text.count)
      }
      rest = rest[sentence.endIndex...].dropFirst()
    }
    return nil
  }
}

/// Where a conversation stands.
package enum ConversationState: String, Sendable, Equatable {
  /// The caller may speak; also while both sides are still connecting.
  case listening
  /// The caller has finished and the model has not begun.
  case thinking
  /// The agent's speech is being played.
  case speaking
  /// The caller spoke over the agent; the rest of that turn is void.
  case interrupted
  /// Over, or playing a last sentence.
  case ending
}

/// Why a call ended.
package enum CallEndReason: Sendable, Equatable {
  case callerHungUp
  /// The model called the end-call function and its last words were played.
  case agentEnded
  case maxDuration
  /// The caller did not answer the silence prompts.
  case callerSilent
  case modelFailed(String)
  case modelSilent
  case carrierLost
  case carrierNeverStarted
  case carrierSilent
  case protocolViolation(String)
  /// Somebody asked for it through the API; the text is theirs.
  case requested(String)

  /// A stable lower-case word for storage and metrics.
  package var code: String {
    switch self {
    case .callerHungUp: "caller_hung_up"
    case .agentEnded: "agent_ended"
    case .maxDuration: "max_duration"
    case .callerSilent: "caller_silent"
    case .modelFailed: "model_failed"
    case .modelSilent: "model_silent"
    case .carrierLost: "carrier_lost"
    case .carrierNeverStarted: "carrier_never_started"
    case .carrierSilent: "carrier_silent"
    case .protocolViolation: "protocol_violation"
    case .requested: "requested"
    }
  }
}

package enum Speaker: String, Sendable, Equatable { case caller, agent }

/// What one side said in one turn. Personal data. Times count from the start of the media.
package struct TranscriptEntry: Sendable, Equatable {
  package var turn: Int
  package var speaker: Speaker
  /// For the agent: only what the caller really heard.
  package var text: String
  package var startedAt: Duration
  package var endedAt: Duration
  /// False when the caller cut the agent short.
  package var isComplete: Bool
  /// Of what the caller said: above 0, at most 1; nil when the recogniser does not say.
  package var confidence: Double?
  /// Of what the caller said, BCP-47; nil when the recogniser does not say.
  package var languageCode: String?

  package init(
    turn: Int, speaker: Speaker, text: String, startedAt: Duration, endedAt: Duration,
    isComplete: Bool = true, confidence: Double? = nil, languageCode: String? = nil
  ) {
    self.turn = turn
    self.speaker = speaker
    self.text = text
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.isComplete = isComplete
    self.confidence = confidence
    self.languageCode = languageCode
  }
}

/// How long one answer took. `response` is what the caller feels; `egress` is the part we add.
package struct TurnLatency: Sendable, Equatable {
  package var turn: Int
  /// End of the caller's speech to the first chunk of the answer handed to the carrier; nil for a
  /// turn the caller did not cause (greeting, nudge).
  package var response: Duration?
  /// End of the caller's speech to the model's first audio.
  package var model: Duration?
  /// The model's first audio to the first chunk handed to the carrier.
  package var egress: Duration

  package init(turn: Int, response: Duration?, model: Duration?, egress: Duration) {
    self.turn = turn
    self.response = response
    self.model = model
    self.egress = egress
  }
}
