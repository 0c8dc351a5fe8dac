import Buffers
import Speech
import Synchronization
import Testing

@testable import Vendors

/// The pieces of text that a model gave, from any thread.
final class SaidText: Sendable {
  private let list = Mutex<[String]>([])

  func note(_ text: String) { list.withLock { $0.append(text) } }
  var pieces: [String] { list.withLock { $0 } }
}

/// Streams as Gemini writes them.
enum GeminiStreams {
  /// An event with `parts`, as raw JSON objects.
  static func event(_ parts: String, finish: String? = nil) -> String {
    let end = finish.map { #","finishReason":"\#($0)""# } ?? ""
    return """
      data: {"candidates":[{"content":{"parts":[\(parts)],"role":"model"}\(end),"index":0}],\
      "usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":3,"thoughtsTokenCount":4},\
      "modelVersion":"m"}\r\n\r\n
      """
  }

  static func answer(_ events: String...) -> ScriptedHTTP.Answer {
    .pieces(200, events.map { Array($0.utf8) })
  }
}

@Suite struct GeminiChatTests {
  private static let request = ChatRequest(instruction: "Be kind.", turns: [.user("नमस्ते")])
  private static let yes = GeminiStreams.answer(
    GeminiStreams.event(#"{"text":"Yes."}"#, finish: "STOP"))

  static func model(_ script: ScriptedHTTP, _ models: String...) -> GeminiChatModel {
    GeminiChatModel(
      settings: {
        GeminiTextSettings(
          apiKey: "secret", baseURL: "http://127.0.0.1:1/",
          models: models.isEmpty ? ["gemini-3.5-flash-lite"] : models)
      }, http: script.http)
  }

  private func sent(_ request: ChatRequest, _ model: String = "m") async throws -> JSONValue {
    let script = ScriptedHTTP([Self.yes])
    _ = try await Self.model(script, model).answer(request) { _ in }
    return try JSONValue(parsing: script.requests[0].body)
  }

  @Test func `a request is sent as the sheet says, with the key in a header only`() async throws {
    let script = ScriptedHTTP([Self.yes])
    var request = Self.request
    request.temperature = 0.5
    request.maxOutputTokens = 300
    request.tools = [
      ToolDeclaration(
        name: "price", summary: "Tells a price.", parametersJSONSchema: #"{"type":"object"}"#),
      ToolDeclaration(name: "hang_up", summary: "Ends the call."),
    ]
    _ = try await Self.model(script).answer(request) { _ in }
    let sent = try #require(script.requests.first)
    #expect(sent.method == "POST")
    #expect(
      sent.url == "http://127.0.0.1:1/v1beta/models/gemini-3.5-flash-lite"
        + ":streamGenerateContent?alt=sse")
    #expect(sent.headers.contains { $0 == ("x-goog-api-key", "secret") })
    #expect(sent.timeout == .seconds(40))
    #expect(sent.silenceTimeout == .seconds(8))
    let wanted: JSONValue = [
      "systemInstruction": ["parts": [["text": "Be kind."]]],
      "contents": [["role": "user", "parts": [["text": "नमस्ते"]]]],
      "tools": [
        [
          "functionDeclarations": [
            [
              "name": "price", "description": "Tells a price.",
              "parametersJsonSchema": ["type": "object"],
            ], ["name": "hang_up", "description": "Ends the call."],
          ]
        ]
      ],
      "generationConfig": [
        "temperature": 0.5, "maxOutputTokens": 300, "thinkingConfig": ["thinkingLevel": "LOW"],
      ],
    ]
    #expect(try JSONValue(parsing: sent.body) == wanted)
  }

  @Test func `what is not set is not sent, and the older generation thinks by budget`()
    async throws
  {
    let body = try await sent(
      ChatRequest(instruction: "", turns: [.user("x")]), "gemini-2.5-flash")
    #expect(
      body == [
        "contents": [["role": "user", "parts": [["text": "x"]]]],
        "generationConfig": ["thinkingConfig": ["thinkingBudget": 0]],
      ])
  }

  @Test func `text is given as it comes, thoughts are not, and all is in the answer`() async throws
  {
    let thought = #"{"text":"Hm.","thought":true}"#
    let signed = #"{"text":"","thoughtSignature":"c2ln"}"#
    let script = ScriptedHTTP([
      GeminiStreams.answer(
        GeminiStreams.event(thought), GeminiStreams.event(#"{"text":"नमस्ते"},{"text":" जी"}"#),
        GeminiStreams.event(#"{"text":", कहिए।"}"#), GeminiStreams.event(signed, finish: "STOP"))
    ])
    let said = SaidText()
    let answer = try await Self.model(script).answer(Self.request) { said.note($0) }
    #expect(said.pieces == ["नमस्ते जी", ", कहिए।"])
    #expect(answer.text == "नमस्ते जी, कहिए।")
    #expect(answer.toolCalls.isEmpty)
    #expect(answer.usage == TokenUsage(prompt: 12, response: 7))
    #expect(
      answer.original == [
        "role": "model",
        "parts": [
          ["text": "Hm.", "thought": true], ["text": "नमस्ते"], ["text": " जी"],
          ["text": ", कहिए।"], ["text": "", "thoughtSignature": "c2ln"],
        ],
      ])
  }

  @Test func `a stream is read however it is cut, in the middle of a letter too`() async throws {
    let stream =
      GeminiStreams.event(#"{"text":"नमस्ते"}"#)
      + GeminiStreams.event(#"{"text":"😀"}"#, finish: "STOP")
    let bytes = Array(stream.utf8)
    for size in [1, 5, 64] {
      let pieces = stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min($0 + size, bytes.count)])
      }
      let said = SaidText()
      let answer = try await Self.model(ScriptedHTTP([.pieces(200, pieces)]))
        .answer(Self.request) { said.note($0) }
      #expect(said.pieces == ["नमस्ते", "😀"])
      #expect(answer.text == "नमस्ते😀")
    }
  }

  @Test func `calls come with the turn, and the turn goes back as it came`() async throws {
    let call = #"""
      {"functionCall":{"id":"c1","name":"price","args":{"of":"rice","n":1.50}},"thoughtSignature":"c2ln"}
      """#
    let script = ScriptedHTTP([
      GeminiStreams.answer(
        GeminiStreams.event(#"{"text":"One moment."}"#), GeminiStreams.event(call, finish: "STOP")),
      Self.yes,
    ])
    let model = Self.model(script)
    let answer = try await model.answer(Self.request) { _ in }
    #expect(
      answer.toolCalls == [
        ToolCall(
          id: "c1", name: "price",
          arguments: ["of": "rice", "n": try JSONValue(parsing: "1.50")])
      ])
    var request = Self.request
    request.turns += [
      .model(answer),
      .toolResponses([ToolResponse(id: "c1", name: "price", outcome: .output(["rupees": 80]))]),
    ]
    _ = try await model.answer(request) { _ in }
    let contents = try JSONValue(parsing: script.requests[1].body)["contents"]
    #expect(contents?[1]?["role"] == "model")
    #expect(contents?[1]?["parts"]?[1] == (try JSONValue(parsing: call)))
    let wanted: JSONValue = [
      "role": "user",
      "parts": [
        [
          "functionResponse": [
            "id": "c1", "name": "price", "response": ["output": ["rupees": 80]],
          ]
        ]
      ],
    ]
    #expect(contents?[2] == wanted)
  }

  @Test func `calls without an identifier get one of their own, which the model is not told`()
    async throws
  {
    let calls = #"{"functionCall":{"name":"a"}},{"functionCall":{"name":"b","args":[1]}}"#
    let script = ScriptedHTTP([
      GeminiStreams.answer(GeminiStreams.event(calls, finish: "STOP")),
      GeminiStreams.answer(GeminiStreams.event(calls, finish: "STOP")), Self.yes,
    ])
    let model = Self.model(script)
    let answer = try await model.answer(Self.request) { _ in }
    let other = try await model.answer(Self.request) { _ in }
    #expect(answer.toolCalls.map(\.name) == ["a", "b"])
    #expect(answer.toolCalls.allSatisfy { $0.arguments == [:] })
    #expect(Set((answer.toolCalls + other.toolCalls).map(\.id)).count == 4)
    var request = Self.request
    let failure = ToolResponse.Outcome.failure(reason: "closed", retryable: false)
    request.turns += [
      .model(answer),
      .toolResponses(
        answer.toolCalls.map { ToolResponse(id: $0.id, name: $0.name, outcome: failure) }),
    ]
    _ = try await model.answer(request) { _ in }
    let parts = try JSONValue(parsing: script.requests[2].body)["contents"]?[2]?["parts"]
    let response: JSONValue = ["error": ["reason": "closed", "retryable": false]]
    #expect(
      parts == [
        ["functionResponse": ["name": "a", "response": response]],
        ["functionResponse": ["name": "b", "response": response]],
      ])
  }

  @Test func `a turn that did not come from here is written anew`() async throws {
    let call = ToolCall(id: "live-7", name: "price", arguments: ["of": "rice"])
    let response = ToolResponse(id: "live-7", name: "price", outcome: .output(80))
    let body = try await sent(
      ChatRequest(
        instruction: "x",
        turns: [
          .user("a"), .model(ChatAnswer(text: "")),
          .model(ChatAnswer(text: "One mom", toolCalls: [call])), .toolResponses([response]),
        ]))
    let wanted: JSONValue = [
      ["role": "user", "parts": [["text": "a"]]],
      [
        "role": "model",
        "parts": [
          ["text": "One mom"],
          [
            "functionCall": ["id": "live-7", "name": "price", "args": ["of": "rice"]],
            "thoughtSignature": "skip_thought_signature_validator",
          ],
        ],
      ],
      [
        "role": "user",
        "parts": [
          ["functionResponse": ["id": "live-7", "name": "price", "response": ["output": 80]]]
        ],
      ],
    ]
    #expect(body["contents"] == wanted)
  }

  @Test func `the next model is asked as long as nothing was given`() async throws {
    let script = ScriptedHTTP([
      .response(503, ""), .response(404, ""), .failure(.unclear("time out")),
      GeminiStreams.answer(GeminiStreams.event("", finish: "OTHER")), Self.yes,
    ])
    let answer = try await Self.model(script, "a", "b", "c", "d", "e", "f")
      .answer(Self.request) { _ in }
    #expect(answer.text == "Yes.")
    #expect(script.requests.count == 5)
    #expect(script.requests[4].url.contains("/models/e:"))
  }

  @Test func `cancelling ends it at once`() async throws {
    let script = ScriptedHTTP([.endless(Array(GeminiStreams.event(#"{"text":"Well"}"#).utf8))])
    let said = SaidText()
    let model = Self.model(script, "a", "b")
    let task = Task { try await model.answer(Self.request) { said.note($0) } }
    while said.pieces.isEmpty { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(said.pieces == ["Well"])
    #expect(script.requests.count == 1)
  }
}
