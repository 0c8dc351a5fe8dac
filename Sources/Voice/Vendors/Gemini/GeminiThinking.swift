/// How much Gemini's models think before they answer; pure.
enum GeminiThinking {
  /// The `thinkingConfig` of the least that `model` does. Each generation refuses the other's member.
  static func least(of model: String) -> String {
    model.contains("2.5") ? #"{"thinkingBudget":0}"# : #"{"thinkingLevel":"LOW"}"#
  }
}
