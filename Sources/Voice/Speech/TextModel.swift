/// One question to a language model.
package struct TextRequest: Sendable, Equatable {
  /// What the model is to do.
  package var instruction: String
  /// What it is to do it with; may be personal data.
  package var prompt: String
  /// A JSON Schema object, as text, that the answer is to fit; nil for prose. Models err: the answer
  /// must be checked all the same.
  package var answerJSONSchema: String?
  /// Of the answer, with what the model thinks before it.
  package var maxOutputTokens: Int

  package init(
    instruction: String, prompt: String, answerJSONSchema: String? = nil,
    maxOutputTokens: Int = 4_096
  ) {
    self.instruction = instruction
    self.prompt = prompt
    self.answerJSONSchema = answerJSONSchema
    self.maxOutputTokens = maxOutputTokens
  }
}

/// What a language model said; `text` may be personal data.
package struct TextAnswer: Sendable, Equatable {
  package var text: String
  /// The model that answered.
  package var model: String
  package var usage: TokenUsage

  package init(text: String, model: String, usage: TokenUsage) {
    self.text = text
    self.model = model
    self.usage = usage
  }
}

/// A language model that reads and writes text. Safe from any task.
package protocol TextModel: Sendable {
  /// Asks once. Throws ``SpeechError``; a refusal of what was asked is `permanent`, an answer that
  /// cannot be used but may come out better next time `transient`.
  func answer(_ request: TextRequest) async throws -> TextAnswer
}
