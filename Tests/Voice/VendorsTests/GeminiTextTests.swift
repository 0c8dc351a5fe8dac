import Buffers
import Speech
import Testing

@testable import Vendors

@Suite struct GeminiTextTests {
  private static let request = TextRequest(
    instruction: "Report.", prompt: "caller: \"Hello\"\nagent: नमस्ते",
    answerJSONSchema: #"{"type":"object"}"#, maxOutputTokens: 512)

  private func model(_ script: ScriptedHTTP, _ models: String...) -> GeminiTextModel {
    GeminiTextModel(
      settings: {
        GeminiTextSettings(apiKey: "secret", baseURL: "ws://127.0.0.1:1/", models: models)
      }, http: script.http)
  }

  /// An answer with `parts`, as raw JSON objects.
  private static func answer(_ parts: String, finish: String = "STOP") -> String {
    """
    {"candidates":[{"content":{"role":"model","parts":[\(parts)]},"finishReason":"\(finish)","index":0}],
     "usageMetadata":{"promptTokenCount":812,"candidatesTokenCount":130,"thoughtsTokenCount":40,
       "totalTokenCount":982},"modelVersion":"gemini-3.5-flash-lite-001","responseId":"r"}
    """
  }

  @Test func `a request is sent as the sheet says, with the key in a header only`() async throws {
    let script = ScriptedHTTP([.response(200, Self.answer(#"{"text":"{}"}"#))])
    _ = try await model(script, "gemini-3.5-flash-lite").answer(Self.request)
    let sent = try #require(script.requests.first)
    #expect(sent.method == "POST")
    #expect(
      sent.url == "http://127.0.0.1:1/v1beta/models/gemini-3.5-flash-lite:generateContent")
    #expect(sent.headers.contains { $0 == ("x-goog-api-key", "secret") })
    let wanted: JSONValue = [
      "systemInstruction": ["parts": [["text": "Report."]]],
      "contents": [
        ["role": "user", "parts": [["text": .string(Self.request.prompt)]]]
      ],
      "generationConfig": [
        "maxOutputTokens": 512, "thinkingConfig": ["thinkingLevel": "LOW"],
        "responseMimeType": "application/json", "responseJsonSchema": ["type": "object"],
      ],
    ]
    #expect(try JSONValue(parsing: sent.body) == wanted)
  }

  @Test func `prose asks for no schema, and the older generation for no thinking level`()
    async throws
  {
    var request = Self.request
    request.answerJSONSchema = nil
    let script = ScriptedHTTP([.response(200, Self.answer(#"{"text":"So."}"#))])
    #expect(try await model(script, "gemini-2.5-flash").answer(request).text == "So.")
    let generation = try JSONValue(parsing: script.requests[0].body)["generationConfig"]
    #expect(
      generation == ["maxOutputTokens": 512, "thinkingConfig": ["thinkingBudget": 0]])
  }

  @Test(arguments: [
    (#"{"text":"{\"a\":"},{"text":"1}"}"#, #"{"a":1}"#),
    (#"{"text":"Let me see.","thought":true},{"text":"{}"}"#, "{}"),
    (#"{"text":"```json\n{\"a\":1}\n```\n"}"#, #"{"a":1}"#),
    (#"{"text":"```"}"#, "```"),
  ])
  func `parts are joined, without thoughts and code fences`(parts: String, text: String)
    async throws
  {
    let script = ScriptedHTTP([.response(200, Self.answer(parts))])
    let answer = try await model(script, "m").answer(Self.request)
    #expect(answer.text == text)
    #expect(answer.model == "gemini-3.5-flash-lite-001")
    #expect(answer.usage == TokenUsage(prompt: 812, response: 170))
  }

  @Test func `counts of tokens that nobody can mean are cut`() async throws {
    let body = #"""
      {"candidates":[{"content":{"parts":[{"text":"So."}]},"finishReason":"STOP"}],
       "usageMetadata":{"promptTokenCount":-5,"candidatesTokenCount":9223372036854775807,
         "thoughtsTokenCount":"9223372036854775807"}}
      """#
    let answer = try await model(ScriptedHTTP([.response(200, body)]), "m").answer(Self.request)
    #expect(answer.usage == TokenUsage(prompt: 0, response: 1_000_000_000))
  }

  @Test(arguments: [
    (200, #"{"promptFeedback":{"blockReason":"SAFETY"}}"#, SpeechError.Kind.permanent),
    (200, answer("", finish: "SAFETY"), .permanent),
    (200, answer(#"{"text":"{\"summ"}"#, finish: "MAX_TOKENS"), .permanent),
    (200, answer("", finish: "OTHER"), .transient),
    (200, answer(#"{"text":""}"#), .transient),
    (200, #"{"candidates":[]}"#, .transient),
    (200, "<html>", .transient),
    (
      400,
      """
      {"error":{"code":400,"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}
      """, .configuration
    ),
    (400, #"{"error":{"code":400,"status":"FAILED_PRECONDITION"}}"#, .configuration),
    (400, #"{"error":{"code":400,"status":"INVALID_ARGUMENT"}}"#, .permanent),
    (403, "", .configuration), (404, "", .configuration), (413, "", .permanent),
    (429, "", .quota), (500, "", .transient), (503, "[]", .transient), (504, "", .transient),
  ])
  func `an answer that is none says what can be done about it`(
    status: Int, body: String, kind: SpeechError.Kind
  ) async throws {
    let script = ScriptedHTTP([.response(status, body)])
    let error = await #expect(throws: SpeechError.self) {
      try await model(script, "m").answer(Self.request)
    }
    #expect(error?.kind == kind)
    #expect(error?.message.contains("secret") == false)
  }

  @Test(arguments: [
    (#"[{"error":{"details":[{"retryDelay":"57.25s"}]}}]"#, Duration.milliseconds(57_250)),
    (#"{"error":{"details":[{"retryDelay":"9e99s"}]}}"#, .seconds(3_600)),
    (#"{"error":{"details":[{"retryDelay":"soon"}]}}"#, .seconds(10)),
    (
      #"{"error":{"details":[{"violations":[{"quotaId":"RequestsPerDayPerProject"}]}]}}"#,
      .seconds(3_600)
    ),
  ])
  func `a rate limit says how long to wait`(body: String, pause: Duration) async throws {
    let script = ScriptedHTTP([.response(429, body)])
    let error = await #expect(throws: SpeechError.self) {
      try await model(script, "m").answer(Self.request)
    }
    #expect(error?.retryAfter == pause)
  }

  @Test func `the next model is asked when one is overloaded, gone or out of reach`() async throws {
    let script = ScriptedHTTP([
      .response(503, ""), .response(404, ""), .failure(.unclear("time out")),
      .response(200, Self.answer(#"{"text":"yes"}"#)),
    ])
    #expect(try await model(script, "a", "b", "c", "d", "e").answer(Self.request).text == "yes")
    #expect(script.requests.count == 4)
    #expect(script.requests[3].url.contains("/models/d:"))
  }

  @Test func `the first model's failure is told when all fail, and a refusal is final`()
    async throws
  {
    let failing = ScriptedHTTP([.response(429, ""), .response(503, "")])
    let error = await #expect(throws: SpeechError.self) {
      try await model(failing, "a", "b").answer(Self.request)
    }
    #expect(error?.kind == .quota)
    let refusing = ScriptedHTTP([.response(400, "{}")])
    _ = await #expect(throws: SpeechError.self) {
      try await model(refusing, "a", "b").answer(Self.request)
    }
    #expect(refusing.requests.count == 1)
  }
}
