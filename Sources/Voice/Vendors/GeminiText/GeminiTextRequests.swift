internal import Buffers
internal import Speech

/// The requests to Gemini's text models; pure.
struct GeminiTextRequests {
  /// A model may think for some seconds before it answers.
  private static let timeout = Duration.seconds(40)

  let settings: GeminiTextSettings

  /// `generateContent`. Temperature and the like are left to the model: they are deprecated from 3.6
  /// on.
  func generate(_ request: TextRequest, model: String) -> VendorRequest {
    var json = JSONWriter()
    json.object {
      $0.object("systemInstruction") { $0.parts(text: request.instruction) }
      $0.key("contents")
      $0.beginArray()
      $0.object {
        $0.member("role", "user")
        $0.parts(text: request.prompt)
      }
      $0.endArray()
      $0.object("generationConfig") { Self.writeGeneration(request, model, &$0) }
    }
    return VendorRequest(
      method: "POST", url: settings.address.url("generateContent", of: model),
      headers: [("content-type", "application/json"), ("x-goog-api-key", settings.apiKey)],
      body: json.bytes, timeout: Self.timeout)
  }

  private static func writeGeneration(
    _ request: TextRequest, _ model: String, _ json: inout JSONWriter
  ) {
    json.key("maxOutputTokens")
    json.number(request.maxOutputTokens)
    json.key("thinkingConfig")
    json.raw(GeminiThinking.least(of: model))
    guard let schema = request.answerJSONSchema else { return }
    json.member("responseMimeType", "application/json")
    json.key("responseJsonSchema")
    json.raw(schema)
  }
}
