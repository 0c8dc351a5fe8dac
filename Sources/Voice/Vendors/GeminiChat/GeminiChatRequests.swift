internal import Buffers
internal import Speech

/// The requests for a model's next turn; pure.
struct GeminiChatRequests {
  private static let timeout = Duration.seconds(40)
  /// Somebody listens to the silence; but a model may think before its first word.
  private static let silenceTimeout = Duration.seconds(8)
  /// What Google takes in place of the signature of a call that its model did not make in this form.
  private static let noSignature = "skip_thought_signature_validator"

  let settings: GeminiTextSettings

  /// `streamGenerateContent`, answered as an event stream.
  func stream(_ request: ChatRequest, model: String) -> VendorRequest {
    var json = JSONWriter()
    json.object {
      if !request.instruction.isEmpty {
        $0.object("systemInstruction") { $0.parts(text: request.instruction) }
      }
      $0.key("contents")
      $0.beginArray()
      Self.write(request.turns, &$0)
      $0.endArray()
      $0.geminiTools(request.tools)
      $0.object("generationConfig") { Self.writeGeneration(request, model, &$0) }
    }
    return VendorRequest(
      method: "POST", url: settings.address.url("streamGenerateContent", of: model) + "?alt=sse",
      headers: [("content-type", "application/json"), ("x-goog-api-key", settings.apiKey)],
      body: json.bytes, timeout: Self.timeout, silenceTimeout: Self.silenceTimeout,
      isRepeatable: true)
  }

  private static func writeGeneration(
    _ request: ChatRequest, _ model: String, _ json: inout JSONWriter
  ) {
    if let temperature = request.temperature {
      json.key("temperature")
      json.number(temperature)
    }
    if let limit = request.maxOutputTokens {
      json.key("maxOutputTokens")
      json.number(limit)
    }
    json.key("thinkingConfig")
    json.raw(GeminiThinking.least(of: model))
  }

  private static func write(_ turns: [ChatTurn], _ json: inout JSONWriter) {
    var known: Set<String> = []
    for turn in turns {
      switch turn {
      case .user(let text):
        json.object {
          $0.member("role", "user")
          $0.parts(text: text)
        }
      case .model(let answer):
        known = ids(answer)
        write(answer, &json)
      case .toolResponses(let responses): write(responses, known, &json)
      }
    }
  }

  /// The identifiers that the model itself knows its calls by.
  private static func ids(_ answer: ChatAnswer) -> Set<String> {
    guard let parts = answer.original?["parts"]?.arrayValue else {
      return Set(answer.toolCalls.map(\.id))
    }
    return Set(parts.compactMap { $0["functionCall"]?.text("id") })
  }

  /// The turn as it came; written anew when it did not come from here, or was cut.
  private static func write(_ answer: ChatAnswer, _ json: inout JSONWriter) {
    if let original = answer.original, original["parts"]?.arrayValue != nil {
      return json.value(original)
    }
    guard !answer.text.isEmpty || !answer.toolCalls.isEmpty else { return }
    json.object {
      $0.member("role", "model")
      $0.key("parts")
      $0.beginArray()
      if !answer.text.isEmpty { $0.object { $0.member("text", answer.text) } }
      for call in answer.toolCalls { write(call, &$0) }
      $0.endArray()
    }
  }

  private static func write(_ call: ToolCall, _ json: inout JSONWriter) {
    json.object {
      $0.object("functionCall") {
        $0.member("id", call.id)
        $0.member("name", call.name)
        $0.key("args")
        $0.value(call.arguments)
      }
      $0.member("thoughtSignature", noSignature)
    }
  }

  private static func write(
    _ responses: [ToolResponse], _ known: Set<String>, _ json: inout JSONWriter
  ) {
    json.object {
      $0.member("role", "user")
      $0.key("parts")
      $0.beginArray()
      for response in responses {
        $0.object {
          $0.key("functionResponse")
          $0.geminiResponse(response, hasID: known.contains(response.id))
        }
      }
      $0.endArray()
    }
  }
}
