import Buffers
import Speech
import Testing

@testable import Vendors

@Suite struct GeminiChatFailureTests {
  private static let request = ChatRequest(instruction: "x", turns: [.user("नमस्ते")])
  private static let hello = GeminiStreams.event(#"{"text":"Hello"}"#)

  /// What was said, the answer or the failure, and how many models were asked.
  private func ask(
    _ answer: ScriptedHTTP.Answer
  ) async throws -> (said: [String], answer: ChatAnswer?, error: SpeechError?, asked: Int) {
    let script = ScriptedHTTP([answer])
    let said = SaidText()
    do {
      let answer = try await GeminiChatTests.model(script, "a").answer(Self.request) {
        said.note($0)
      }
      return (said.pieces, answer, nil, script.requests.count)
    } catch let error as SpeechError {
      return (said.pieces, nil, error, script.requests.count)
    }
  }

  @Test(arguments: [
    ("", SpeechError.Kind.transient), ("<html>", .transient), ("data: <html>\n\n", .transient),
    ("data: null\n\n", .transient), ("data: {\"candidates\":{}}\n\n", .transient),
    ("data: {\"candidates\":[{\"content\":{\"parts\":7}}]}\n\n", .transient),
    ("data: \u{0}\n\n", .transient),
    ("data: \(String(repeating: "[", count: 100_000))\n\n", .transient),
    (GeminiStreams.event("", finish: "STOP"), .transient),
    (GeminiStreams.event(#"{"text":""}"#, finish: "STOP"), .transient),
    (GeminiStreams.event(#"{"text":"Hm.","thought":true}"#, finish: "STOP"), .transient),
    (GeminiStreams.event(#"{"functionCall":{"args":{}}}"#, finish: "STOP"), .transient),
    (GeminiStreams.event("", finish: "SAFETY"), .permanent),
    (GeminiStreams.event("", finish: "PROHIBITED_CONTENT"), .permanent),
    (GeminiStreams.event("", finish: "MAX_TOKENS"), .permanent),
    (GeminiStreams.event("", finish: "MALFORMED_FUNCTION_CALL"), .transient),
    ("data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n", .permanent),
    ("data: {\"error\":{\"code\":503,\"message\":\"some words\"}}\n\n", .transient),
    ("data: [{\"error\":{\"code\":429}}]\n\n", .quota),
    ("data: {\"error\":{\"code\":404}}\n\n", .configuration),
    ("data: {\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\"}}\n\n", .permanent),
    ("data: {\"error\":{\"code\":1e99}}\n\n", .transient), ("data: {\"error\":5}\n\n", .transient),
  ])
  func `a stream that has no answer says what can be done about it`(
    stream: String, kind: SpeechError.Kind
  ) async throws {
    let result = try await ask(.pieces(200, [Array(stream.utf8)]))
    #expect(result.error?.kind == kind)
    #expect(result.said.isEmpty)
    #expect(result.error?.message.contains("some words") == false)
  }

  @Test(arguments: [
    (
      400, #"{"error":{"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
      SpeechError.Kind.configuration
    ),
    (400, #"[{"error":{"status":"INVALID_ARGUMENT","message":"some words"}}]"#, .permanent),
    (403, "", .configuration), (404, "", .configuration), (429, "", .quota), (500, "", .transient),
    (503, "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]}}]}\n\n", .transient),
  ])
  func `an error's body is not said`(status: Int, body: String, kind: SpeechError.Kind)
    async throws
  {
    let result = try await ask(.response(status, body))
    #expect(result.error?.kind == kind)
    #expect(result.said.isEmpty)
    #expect(result.error?.message.contains("secret") == false)
    #expect(result.error?.message.contains("some words") == false)
  }

  @Test(arguments: [
    // In a line, in a letter, between two events, by an error.
    "data: {\"candidates\":[{\"con",
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"न",
    "", ": ping\n\n", "data: {\"error\":{\"code\":503}}\n\n", "data: nonsense\n\n",
  ])
  func `what was said before a stream breaks is given, and no other model is asked`(rest: String)
    async throws
  {
    let bytes = Array((Self.hello + rest).utf8)
    let script = ScriptedHTTP([
      .pieces(200, [rest.hasSuffix("न") ? bytes.dropLast() : bytes]),
      GeminiStreams.answer(GeminiStreams.event(#"{"text":"Again"}"#, finish: "STOP")),
    ])
    let said = SaidText()
    let error = await #expect(throws: SpeechError.self) {
      try await GeminiChatTests.model(script, "a", "b").answer(Self.request) { said.note($0) }
    }
    #expect(error?.kind == .transient)
    #expect(said.pieces == ["Hello"])
    #expect(script.requests.count == 1)
  }

  @Test func `nothing is said after a failure`() async throws {
    let stream = "data: {\"error\":{\"code\":500}}\n\n" + Self.hello
    let result = try await ask(.pieces(200, [Array(stream.utf8), Array(Self.hello.utf8)]))
    #expect(result.said.isEmpty)
    #expect(result.error?.kind == .transient)
  }

  @Test func `a turn that came to its end is whole, however its connection ends`() async throws {
    let end = GeminiStreams.event(#"{"text":" there."}"#, finish: "STOP")
    let whole = try await ask(
      .pieces(200, [Array((Self.hello + end).utf8)], then: .unclear("reset")))
    #expect(whole.answer?.text == "Hello there.")
    let half = try await ask(.pieces(200, [Array(Self.hello.utf8)], then: .unclear("reset")))
    #expect(half.error?.kind == .transient)
    #expect(half.said == ["Hello"])
  }

  @Test func `a turn that was cut at its limit is good as far as it goes`() async throws {
    let result = try await ask(
      GeminiStreams.answer(Self.hello, GeminiStreams.event("", finish: "MAX_TOKENS")))
    #expect(result.answer?.text == "Hello")
  }

  @Test func `a turn without end is given up`() async throws {
    let event = Array(GeminiStreams.event(#"{"thought":true,"text":"\#(pad)"}"#).utf8)
    let result = try await ask(.pieces(200, Array(repeating: event, count: 5)))
    #expect(result.error?.kind == .transient)
    #expect(result.error?.message.contains("limit") == true)
  }

  private let pad = String(repeating: "x", count: 1_000_000)

  @Test func `huge numbers are cut, and deep arguments refused`() async throws {
    let huge = #"""
      data: {"candidates":[{"content":{"parts":[{"text":"So."}]},"finishReason":"STOP"}],
      data: "usageMetadata":{"promptTokenCount":1e99,"candidatesTokenCount":9223372036854775807}}


      """#
    #expect(
      try await ask(.response(200, huge)).answer?.usage
        == TokenUsage(prompt: 0, response: 1_000_000_000))
    let deep = String(repeating: #"{"a":"#, count: 200) + "1" + String(repeating: "}", count: 200)
    let call = GeminiStreams.event(
      #"{"functionCall":{"name":"f","args":\#(deep)}}"#, finish: "STOP")
    #expect(try await ask(GeminiStreams.answer(call)).error?.kind == .transient)
  }
}
