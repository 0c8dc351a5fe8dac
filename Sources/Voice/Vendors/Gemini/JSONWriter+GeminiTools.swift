internal import Buffers
internal import Speech

extension JSONWriter {
  /// Gemini's `tools`, as a member; nothing when there are none. `behavior` is that of Live sessions.
  mutating func geminiTools(_ tools: [ToolDeclaration], behavior: String? = nil) {
    if tools.isEmpty { return }
    key("tools")
    beginArray()
    object {
      $0.key("functionDeclarations")
      $0.beginArray()
      for tool in tools { $0.declaration(of: tool, behavior) }
      $0.endArray()
    }
    endArray()
  }

  private mutating func declaration(of tool: ToolDeclaration, _ behavior: String?) {
    object {
      $0.member("name", tool.name)
      $0.member("description", tool.summary)
      if let behavior { $0.member("behavior", behavior) }
      if let schema = tool.parametersJSONSchema {
        $0.key("parametersJsonSchema")
        $0.raw(schema)
      }
    }
  }

  /// A `FunctionResponse`, as a value; without its `id` when the model's call had none.
  mutating func geminiResponse(_ response: ToolResponse, hasID: Bool = true) {
    object {
      if hasID { $0.member("id", response.id) }
      $0.member("name", response.name)
      $0.object("response") { $0.outcome(response.outcome) }
    }
  }

  private mutating func outcome(_ outcome: ToolResponse.Outcome) {
    switch outcome {
    case .output(let value):
      key("output")
      self.value(value)
    case .failure(let reason, let retryable):
      object("error") {
        $0.member("reason", reason)
        $0.key("retryable")
        $0.bool(retryable)
      }
    }
  }
}
