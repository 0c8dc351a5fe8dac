package import Buffers

/// One turn of a conversation in text; personal data.
package enum ChatTurn: Sendable, Equatable {
  case user(String)
  case model(ChatAnswer)
  /// The answers to the calls of the model's turn before.
  case toolResponses([ToolResponse])
}

/// What a model said or asked for in one turn.
package struct ChatAnswer: Sendable, Equatable {
  package var text: String
  package var toolCalls: [ToolCall]
  /// The vendor's own form of the turn, which it wants back unchanged; nil when it does not care.
  package var original: JSONValue?
  package var usage: TokenUsage

  package init(
    text: String, toolCalls: [ToolCall] = [], original: JSONValue? = nil,
    usage: TokenUsage = TokenUsage()
  ) {
    self.text = text
    self.toolCalls = toolCalls
    self.original = original
    self.usage = usage
  }
}

/// A conversation up to a turn of the model's.
package struct ChatRequest: Sendable, Equatable {
  package var instruction: String
  /// The last one is not the model's.
  package var turns: [ChatTurn]
  package var tools: [ToolDeclaration]
  package var temperature: Double?
  package var maxOutputTokens: Int?

  package init(
    instruction: String, turns: [ChatTurn], tools: [ToolDeclaration] = [],
    temperature: Double? = nil, maxOutputTokens: Int? = nil
  ) {
    self.instruction = instruction
    self.turns = turns
    self.tools = tools
    self.temperature = temperature
    self.maxOutputTokens = maxOutputTokens
  }
}

/// A language model that talks. Safe from any task.
package protocol ChatModel: Sendable {
  /// The model's next turn. Gives its text to `onText` piece by piece as it comes, in order, on a thread
  /// of its own choice, and all of it at the end.
  ///
  /// Throws ``SpeechError``; another model is tried only as long as nothing was given. Cancelling the task
  /// ends it at once.
  func answer(
    _ request: ChatRequest, onText: @escaping @Sendable (String) -> Void
  ) async throws -> ChatAnswer
}
