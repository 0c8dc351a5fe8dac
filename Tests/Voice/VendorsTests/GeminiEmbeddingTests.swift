import Buffers
import HTTPClient
import Speech
import Testing

@testable import Vendors

@Suite struct GeminiEmbeddingTests {
  private func model(
    _ script: ScriptedHTTP, _ name: String = "gemini-embedding-001", dimensions: Int = 128
  ) -> GeminiEmbeddingModel {
    GeminiEmbeddingModel(
      settings: {
        GeminiEmbeddingSettings(
          apiKey: "secret", baseURL: "ws://127.0.0.1:1/", model: name, dimensions: dimensions)
      }, http: script.http)
  }

  /// A vector of 128 numbers, as JSON: `first`, then zeros.
  private static func vector(_ first: String..., count: Int = 128) -> String {
    let rest = Array(repeating: "0", count: count - first.count)
    return #"{"values":[\#((first + rest).joined(separator: ","))]}"#
  }

  private static func answer(_ vectors: String...) -> String {
    #"{"embeddings":[\#(vectors.joined(separator: ","))],"usageMetadata":{}}"#
  }

  @Test(arguments: [
    (EmbeddingPurpose.passage, "RETRIEVAL_DOCUMENT"), (.question, "RETRIEVAL_QUERY"),
  ])
  func `a request is sent as the sheet says, with the key in a header only`(
    purpose: EmbeddingPurpose, task: String
  ) async throws {
    let script = ScriptedHTTP([.response(200, Self.answer(Self.vector("1"), Self.vector("1")))])
    _ = try await model(script).embed(["नमस्ते \"x\"", "b"], as: purpose)
    let sent = try #require(script.requests.first)
    #expect(sent.method == "POST")
    #expect(
      sent.url == "http://127.0.0.1:1/v1beta/models/gemini-embedding-001:batchEmbedContents")
    #expect(sent.headers.map(\.name) == ["content-type", "x-goog-api-key"])
    #expect(sent.headers.map(\.value) == ["application/json", "secret"])
    let inner = #""taskType":"\#(task)","outputDimensionality":128}"#
    let name = #"{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"#
    #expect(
      String(decoding: sent.body, as: UTF8.self)
        == #"{"requests":[\#(name)"नमस्ते \"x\""}]},\#(inner),\#(name)"b"}]},\#(inner)]}"#)
  }

  @Test(arguments: [
    (EmbeddingPurpose.passage, "title: none | text: a"),
    (.question, "task: search result | query: a"),
  ])
  func `the second generation reads its task in the text`(purpose: EmbeddingPurpose, text: String)
    async throws
  {
    let script = ScriptedHTTP([.response(200, Self.answer(Self.vector("1")))])
    _ = try await model(script, "gemini-embedding-2").embed(["a"], as: purpose)
    let wanted: JSONValue = [
      "requests": [
        [
          "model": "models/gemini-embedding-2", "content": ["parts": [["text": .string(text)]]],
          "outputDimensionality": 128,
        ]
      ]
    ]
    #expect(try JSONValue(parsing: script.requests[0].body) == wanted)
  }

  @Test(arguments: [(EmbeddingPurpose.passage, 20), (.question, 2)])
  func `a question has less time than a passage, and both may use a kept connection`(
    purpose: EmbeddingPurpose, seconds: Int
  ) async throws {
    let script = ScriptedHTTP([.response(200, Self.answer(Self.vector("1")))])
    _ = try await model(script).embed(["a"], as: purpose)
    #expect(script.requests[0].timeout == .seconds(seconds))
    #expect(!script.requests[0].wire.isSentOnce)
  }

  @Test func `vectors come in the order of their texts and have length one`() async throws {
    let script = ScriptedHTTP([
      .response(200, Self.answer(Self.vector("3", "-4"), Self.vector("0", "1e-3")))
    ])
    let vectors = try await model(script).embed(["a", "b"], as: .passage)
    #expect(vectors.count == 2)
    #expect(vectors.allSatisfy { $0.count == 128 })
    #expect(vectors[0].prefix(3) == [0.6, -0.8, 0])
    #expect(vectors[1].prefix(3) == [0, 1, 0])
  }

  @Test func `no text needs no request, and the settings say where vectors lie`() async throws {
    let script = ScriptedHTTP([])
    #expect(try await model(script).embed([], as: .passage).isEmpty)
    #expect(script.requests.isEmpty)
    #expect(model(script).space == EmbeddingSpace(model: "gemini-embedding-001", dimensions: 128))
    #expect(model(script).batchSize == 100)
  }

  @Test(arguments: [
    ([""], 128, SpeechError.Kind.permanent), (["a", ""], 128, .permanent),
    (Array(repeating: "a", count: 101), 128, .permanent),
    (["a"], 127, .configuration), (["a"], 3_073, .configuration),
  ])
  func `what Google would refuse is not sent`(
    texts: [String], dimensions: Int, kind: SpeechError.Kind
  ) async throws {
    let script = ScriptedHTTP([])
    let error = await #expect(throws: SpeechError.self) {
      try await model(script, dimensions: dimensions).embed(texts, as: .passage)
    }
    #expect(error?.kind == kind)
    #expect(script.requests.isEmpty)
  }

  @Test(arguments: [
    ("<html>", SpeechError.Kind.transient), ("", .transient), ("[]", .transient),
    ("{}", .transient), (#"{"embeddings":{}}"#, .transient), (answer(), .transient),
    (answer(vector("1"), vector("1")), .transient),
    (#"{"embeddings":[{}]}"#, .configuration), (#"{"embeddings":[null]}"#, .configuration),
    (answer(vector("1", count: 127)), .configuration),
    (answer(vector("1", count: 129)), .configuration),
    (answer(vector("0")), .transient), (answer(vector("NaN")), .transient),
    (answer(vector(#""NaN""#)), .transient), (answer(vector(#""Infinity""#)), .transient),
    (answer(vector(#""1""#)), .transient), (answer(vector("null")), .transient),
    (answer(vector("1e999")), .transient), (answer(vector("1e300", "1e300")), .transient),
    (answer(vector("1e-300")), .transient), (answer(vector("[1]")), .transient),
    (
      String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000), .transient
    ),
  ])
  func `an answer that cannot be used is an error`(body: String, kind: SpeechError.Kind)
    async throws
  {
    let script = ScriptedHTTP([.response(200, body)])
    let error = await #expect(throws: SpeechError.self) {
      try await model(script).embed(["a"], as: .passage)
    }
    #expect(error?.kind == kind)
  }

  @Test(arguments: [
    (
      400, #"{"error":{"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
      SpeechError.Kind.configuration
    ),
    (400, #"{"error":{"status":"INVALID_ARGUMENT","message":"a text"}}"#, .permanent),
    (401, "", .configuration), (403, "", .configuration), (404, "", .configuration),
    (413, "", .permanent), (429, "", .quota), (499, "", .transient), (500, "", .transient),
    (503, "[]", .transient), (504, "", .transient),
  ])
  func `an error says what can be done about it and quotes nobody`(
    status: Int, body: String, kind: SpeechError.Kind
  ) async throws {
    let script = ScriptedHTTP([.response(status, body)])
    let error = await #expect(throws: SpeechError.self) {
      try await model(script).embed(["a"], as: .passage)
    }
    #expect(error?.kind == kind)
    #expect(error?.message.contains("secret") == false)
    #expect(error?.message.contains("a text") == false)
    #expect(script.requests.count == 1)
  }

  @Test func `a space other than that of the settings is asked for by its own name`() async throws {
    let script = ScriptedHTTP([.response(500, "")])
    _ = try? await model(script).embed(
      ["a"], as: .passage, in: EmbeddingSpace(model: "gemini-embedding-2", dimensions: 256))
    let request = try #require(script.requests.first)
    #expect(request.url.hasSuffix("models/gemini-embedding-2:batchEmbedContents"))
    let body = String(decoding: request.body, as: UTF8.self)
    #expect(body.contains("title: none | text: a") && body.contains("256"))
  }

  @Test(arguments: [VendorHTTPFailure.notSent("refused"), .unclear("time out")])
  func `a question that was not answered may be asked again`(failure: VendorHTTPFailure)
    async throws
  {
    let error = await #expect(throws: SpeechError.self) {
      try await model(ScriptedHTTP([.failure(failure)])).embed(["a"], as: .question)
    }
    #expect(error?.kind == .transient)
  }
}

extension GeminiEmbeddingModel {
  /// In the space that is set.
  fileprivate func embed(
    _ texts: [String], as purpose: EmbeddingPurpose
  ) async throws -> [[Float]] {
    try await embed(texts, as: purpose, in: space)
  }
}
