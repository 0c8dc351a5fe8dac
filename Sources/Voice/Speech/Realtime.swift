package import Audio
package import Buffers
package import EventLoop

/// What is to hold a conversation.
package enum Engine: Sendable, Equatable {
  /// A speech-to-speech model, and the cascade when that fails.
  case automatic
  case live
  case cascade
}

/// How a speech-to-speech model shall behave in one session.
package struct RealtimeSetup: Sendable {
  /// The vendor's model id; nil takes the configured default.
  package var model: String?
  package var systemInstruction: String
  package var voice: String?
  /// What a cascade speaks with, in place of `voice`; nil for the language's default.
  package var cascadeVoice: String?
  package var engine = Engine.automatic
  /// Tried in order when the model refuses `voice` before the session is ready.
  package var fallbackVoices: [String] = []
  /// BCP-47; nil lets the model follow the caller.
  package var languageCode: String?
  /// BCP-47, the call's own first: what a recogniser listens for, and a voice speaks.
  package var spokenLanguages = ["en-IN", "hi-IN"]
  package var temperature: Double?
  package var maxOutputTokens: Int?
  package var tools: [ToolDeclaration]
  /// How long a pause ends the caller's turn.
  package var endOfSpeechSilence: Duration
  /// How long sound must last to be a turn, or an interruption.
  package var startOfSpeech: Duration = .milliseconds(60)
  /// Whether soft sounds count as speech.
  package var isSensitive = true
  /// Whether the caller's speech stops the model's.
  package var isInterruptible = true

  package init(
    systemInstruction: String, model: String? = nil, voice: String? = nil,
    languageCode: String? = nil, temperature: Double? = nil, maxOutputTokens: Int? = nil,
    tools: [ToolDeclaration] = [], endOfSpeechSilence: Duration = .milliseconds(500)
  ) {
    self.systemInstruction = systemInstruction
    self.model = model
    self.voice = voice
    self.languageCode = languageCode
    self.temperature = temperature
    self.maxOutputTokens = maxOutputTokens
    self.tools = tools
    self.endOfSpeechSilence = endOfSpeechSilence
  }
}

/// A function the model may ask for.
package struct ToolDeclaration: Sendable, Equatable {
  package var name: String
  package var summary: String
  /// A JSON Schema object, as text; nil when the function takes nothing.
  package var parametersJSONSchema: String?

  package init(name: String, summary: String, parametersJSONSchema: String? = nil) {
    self.name = name
    self.summary = summary
    self.parametersJSONSchema = parametersJSONSchema
  }
}

/// One request of the model; `arguments` is a JSON object and may hold personal data.
package struct ToolCall: Sendable, Equatable {
  package var id: String
  package var name: String
  package var arguments: JSONValue

  package init(id: String, name: String, arguments: JSONValue) {
    self.id = id
    self.name = name
    self.arguments = arguments
  }
}

/// The one answer to a tool call.
package struct ToolResponse: Sendable, Equatable {
  package enum Outcome: Sendable, Equatable {
    case output(JSONValue)
    /// Told to the model, so that it can apologise or try again.
    case failure(reason: String, retryable: Bool)
  }
  package var id: String
  package var name: String
  package var outcome: Outcome

  package init(id: String, name: String, outcome: Outcome) {
    self.id = id
    self.name = name
    self.outcome = outcome
  }
}

/// Tokens one message reported; a billing hint, not a running total.
package struct TokenUsage: Sendable, Equatable {
  package var prompt: Int
  package var response: Int
  package var promptAudio: Int
  package var responseAudio: Int

  package init(prompt: Int = 0, response: Int = 0, promptAudio: Int = 0, responseAudio: Int = 0) {
    self.prompt = prompt
    self.response = response
    self.promptAudio = promptAudio
    self.responseAudio = responseAudio
  }

  package static func += (left: inout TokenUsage, right: TokenUsage) {
    left.prompt += right.prompt
    left.response += right.response
    left.promptAudio += right.promptAudio
    left.responseAudio += right.responseAudio
  }
}

/// What a speech-to-speech model says. Speech and arguments are personal data.
package enum RealtimeEvent: Sendable, Equatable {
  /// Set up; everything sent before was queued.
  case ready
  case audio(PCMFrame)
  /// A fragment of what the caller said; a speech-to-speech model has no confidence.
  case inputTranscript(Recognition)
  /// A fragment of what the model says; not aligned with its audio.
  case outputTranscript(String)
  /// All audio of this turn has arrived.
  case generationComplete
  case turnComplete
  /// The caller spoke over the model: unsent audio of this turn is void.
  case interrupted
  case toolCalls([ToolCall])
  case toolCallsCancelled([String])
  case usage(SpeechUsage)
  /// The connection was lost, and another is being made: `reconnected` or `closed` follows.
  case disconnected
  /// The connection was replaced by a new one that continues the session (`true`) or lost it (`false`).
  case reconnected(resumed: Bool)
  /// The last event; nil when we closed it.
  case closed(SpeechError?)
}

/// An open conversation with a speech-to-speech model. Loop-confined.
package protocol RealtimeSession: AnyObject {
  /// The rate `sendAudio` wants.
  var inputRate: SampleRate { get }
  /// Events that arrive before this is set are kept and delivered when it is.
  var onEvent: ((RealtimeEvent) -> Void)? { get set }
  func sendAudio(_ frame: PCMFrame)
  /// An instruction in text that the model acts on at once ("Greet the caller now.").
  func sendText(_ text: String)
  func sendToolResponses(_ responses: [ToolResponse])
  func close()
}

/// A speech-to-speech model. Safe from any task.
package protocol RealtimeModel: Sendable {
  /// Begins a session that lives on `loop`; call it on that loop. Returns before `.ready`.
  ///
  /// Throws `SpeechError` when the connection or its handshake fails.
  func open(_ setup: RealtimeSetup, on loop: EventLoop) async throws -> any RealtimeSession
}
