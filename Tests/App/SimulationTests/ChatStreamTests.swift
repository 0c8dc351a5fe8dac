import Buffers
import Testing

@testable import Simulation

@Suite struct ChatStreamTests {
  static func streamed(
    _ words: String, alt: String? = "sse", faults: JSONValue = [:]
  ) throws -> TextReply {
    try ChatTests.reply(
      ChatTests.body([ChatTests.user(words)]), method: "streamGenerateContent", alt: alt,
      faults: faults)
  }

  /// The chunks of a stream, by its form.
  static func chunks(_ stream: ChatStream) throws -> [JSONValue] {
    let text = String(decoding: stream.pieces.joined(), as: UTF8.self)
    guard stream.contentType == "text/event-stream" else {
      return try JSONValue(parsing: Array(text.utf8)).arrayValue ?? []
    }
    #expect(text.isEmpty || text.hasSuffix("\r\n\r\n"))
    return try text.split(separator: "\r\n\r\n").map {
      #expect($0.hasPrefix("data: "))
      return try JSONValue(parsing: Array($0.dropFirst(6).utf8))
    }
  }

  static func text(_ chunks: [JSONValue]) -> String {
    chunks.compactMap { $0["candidates"]?[0]?["content"]?["parts"]?[0]?["text"]?.stringValue }
      .joined()
  }

  @Test(arguments: ["sse", "SSE", nil])
  func `an answer comes in several chunks, and the last tells its end`(alt: String?) throws {
    let stream = try #require(try Self.streamed("नमस्ते", alt: alt).stream)
    let chunks = try Self.chunks(stream)
    #expect(stream.contentType == (alt == nil ? "application/json" : "text/event-stream"))
    #expect(chunks.count > 1 && chunks.count == stream.pieces.count)
    #expect(Self.text(chunks) == "नमस्ते! मैं आपकी क्या सहायता कर सकती हूँ?")
    let ends = chunks.map { $0["candidates"]?[0]?["finishReason"]?.stringValue }
    #expect(ends.dropLast().allSatisfy { $0 == nil } && ends.last == "STOP")
    #expect(chunks.dropLast().allSatisfy { $0["usageMetadata"] == nil })
    #expect(chunks.last?["usageMetadata"]?["candidatesTokenCount"]?.intValue ?? 0 > 5)
    #expect(Set(chunks.map { $0["responseId"]?.stringValue }).count == 1)
  }

  @Test func `a call is a chunk of its own behind the words`() throws {
    let chunks = try Self.chunks(try #require(try Self.streamed("Goodbye.").stream))
    let last = chunks.last?["candidates"]?[0]?["content"]?["parts"]?[0]
    #expect(last?["functionCall"]?["name"] == "end_call")
    #expect(last?["thoughtSignature"] != nil)
    #expect(Self.text(chunks) == "Thank you for calling. Goodbye.")
  }

  @Test func `a broken stream has half of its chunks`() throws {
    let whole = try Self.chunks(try #require(try Self.streamed("Hello.").stream))
    let stream = try #require(
      try Self.streamed("Hello.", faults: ["break_stream": true, "chunk_delay_ms": 40]).stream)
    #expect(stream.isCut && stream.pause == .milliseconds(40))
    #expect(try Self.chunks(stream) == Array(whole.prefix(whole.count / 2)))
  }

  @Test(arguments: [(#"{"blocked":true}"#, "promptFeedback"), (#"{"finish_reason":"SAFETY"}"#, "")])
  func `faults of the text models hold for streams`(faults: String, member: String) throws {
    let stream = try #require(
      try Self.streamed("Hello.", faults: JSONValue(parsing: faults)).stream)
    let chunks = try Self.chunks(stream)
    #expect(chunks.count == 1 && Self.text(chunks).isEmpty)
    #expect((chunks[0]["promptFeedback"] != nil) == (member == "promptFeedback"))
  }

  @Test func `thoughts are a chunk before the words`() throws {
    let stream = try #require(try Self.streamed("Hello.", faults: ["thoughts": true]).stream)
    let first = try Self.chunks(stream).first?["candidates"]?[0]?["content"]?["parts"]?[0]
    #expect(first?["thought"] == true)
  }

  @Test(arguments: ["sse", nil], [#"{"status":503}"#, "{}"])
  func `an error is a list without events`(alt: String?, faults: String) throws {
    let isBad = faults == "{}"
    let reply = try ChatTests.reply(
      isBad ? "{}" : ChatTests.body([ChatTests.user("Hello.")]), method: "streamGenerateContent",
      alt: alt, faults: JSONValue(parsing: faults))
    #expect(reply.status == (isBad ? 400 : 503) && reply.stream == nil)
    let error = alt == nil ? reply.json[0]?["error"] : reply.json["error"]
    #expect(error?["code"]?.intValue == reply.status)
  }

  @Test func `talks and calls are counted`() throws {
    var machine = try TextMachineTests.machine()
    for words in [ChatTests.number, "Hello."] {
      _ = machine.answer(
        TextMachineTests.call(
          ChatTests.body([ChatTests.user(words)]), segment: "gemini-3.5-flash:generateContent"))
    }
    #expect(machine.report.chats == 2 && machine.report.toolCalls == 1)
  }
}
