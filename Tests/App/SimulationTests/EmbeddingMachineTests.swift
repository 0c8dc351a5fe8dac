import Buffers
import Testing

@testable import Simulation

@Suite struct EmbeddingMachineTests {
  static let name = "models/gemini-embedding-001"

  static func answer(
    _ body: String, to segment: String = "gemini-embedding-001:embedContent",
    key: String? = "right", faults: JSONValue = [:]
  ) throws -> TextReply {
    var machine = EmbeddingMachine(key: "right", faults: try EmbeddingFaults(faults))
    return machine.answer(TextMachineTests.call(body, segment: segment, key: key))
  }

  static func single(_ text: String, _ more: String = "") -> String {
    #"{"content":{"parts":[{"text":"\#(text)"}]}\#(more)}"#
  }

  static func batch(_ requests: [String]) -> String {
    #"{"requests":[\#(requests.joined(separator: ","))]}"#
  }

  static func values(_ json: JSONValue?) -> [Double] {
    json?["values"]?.arrayValue?.compactMap(\.doubleValue) ?? []
  }

  @Test(arguments: [
    ("", 3_072), (#","outputDimensionality":768"#, 768), (#","output_dimensionality":"128""#, 128),
    (#","taskType":"RETRIEVAL_QUERY","title":"x""#, 3_072),
    (#","task_type":"question_answering","model":"models/gemini-embedding-001""#, 3_072),
  ])
  func `one text becomes one vector of the length that is asked for`(
    more: String, count: Int
  ) throws {
    let reply = try Self.answer(Self.single("Return policy", more))
    #expect(reply.status == 200)
    #expect(Self.values(reply.json["embedding"]).count == count)
    #expect(reply.json["usageMetadata"]?["promptTokenCount"]?.intValue == 4)
  }

  @Test func `a batch is answered in its order, like the single calls`() throws {
    let texts = ["One mixer", "Two bottles"]
    let more = #","model":"\#(Self.name)","outputDimensionality":256"#
    let reply = try Self.answer(
      Self.batch(texts.map { Self.single($0, more) }),
      to: "gemini-embedding-001:batchEmbedContents")
    for (index, text) in texts.enumerated() {
      let alone = try Self.answer(Self.single(text, more)).json["embedding"]
      #expect(reply.json["embeddings"]?[index] == alone)
    }
    #expect(reply.json["embeddings"]?.arrayValue?.count == 2)
  }

  @Test func `several parts are one vector`() throws {
    let parts = #"{"content":{"parts":[{"text":"Red"},{"text":"mixer"}]}}"#
    #expect(
      try Self.answer(parts).json["embedding"]
        == Self.answer(Self.single(#"Red\nmixer"#)).json["embedding"])
  }

  @Test(arguments: [
    ("task: search result | query: red mixer", "gemini-embedding-2", true),
    ("title: none | text: red mixer", "gemini-embedding-2", true),
    ("title: Price list | text: red mixer", "gemini-embedding-2", true),
    ("task: search result | query: red mixer", "gemini-embedding-001", false),
    ("task: red mixer", "gemini-embedding-2", false),
  ])
  func `a task told in the text is left out where the model reads it`(
    text: String, model: String, isSame: Bool
  ) throws {
    let segment = model + ":embedContent"
    let told = try Self.answer(Self.single(text), to: segment).json["embedding"]
    let plain = try Self.answer(Self.single("red mixer"), to: segment).json["embedding"]
    #expect((told == plain) == isSame)
  }

  @Test(arguments: [("gemini-embedding-001", 2_048), ("gemini-embedding-2", 8_192)])
  func `what exceeds the limit is left out in silence`(model: String, limit: Int) throws {
    let start = String(repeating: "mixer xx", count: limit / 2)
    let segment = model + ":embedContent"
    let long = try Self.answer(Self.single(start + " bottles"), to: segment)
    let short = try Self.answer(Self.single(start), to: segment)
    #expect(long.status == 200 && long.json["embedding"] == short.json["embedding"])
    #expect(long.json["usageMetadata"]?["promptTokenCount"]?.intValue == limit)
  }

  @Test(arguments: [
    ("{}", "* EmbedContentRequest.content: content is not specified\n"),
    (single("  "), "* EmbedContentRequest.content: content is empty\n"),
    (#"{"content":{"parts":[{"inlineData":{}}]}}"#, "the stand-in embeds nothing but text"),
    (single("x", #","outputDimensionality":127"#), "must be from 128 to 3072"),
    (single("x", #","outputDimensionality":3073"#), "must be from 128 to 3072"),
    (single("x", #","taskType":"POETRY""#), #"'task_type' (type.googleapis.com/"#),
    (single("x", #","model":"models/gemini-embedding-2""#), "must be the one of the request's URL"),
    (#"{"contents":[]}"#, #"Unknown name "contents": Cannot find field."#),
  ])
  func `a request against the rules is refused`(body: String, message: String) throws {
    let reply = try Self.answer(body)
    let error = reply.json["error"]
    #expect(reply.status == 400 && error?["status"] == "INVALID_ARGUMENT")
    #expect(error?["message"]?.stringValue?.contains(message) == true, "\(reply.json)")
  }

  @Test(arguments: [
    ([], "requests is not specified"),
    ([single("x")], "requests[0].model: model is not specified"),
    ([single("x", #","model":"models/gemini-embedding-2""#)], "requests[0].model: the model must"),
    (Array(repeating: single("x", #","model":"\#(name)""#), count: 101), "at most 100 requests"),
    (
      [single("x", #","model":"\#(name)""#), single("", #","model":"\#(name)""#)],
      "requests[1].content: content is empty"
    ),
  ])
  func `a batch is refused as a whole`(requests: [String], message: String) throws {
    let reply = try Self.answer(
      Self.batch(requests), to: "gemini-embedding-001:batchEmbedContents")
    #expect(reply.status == 400)
    #expect(reply.json["error"]?["message"]?.stringValue?.contains(message) == true)
  }

  @Test func `a batch can have a hundred requests`() throws {
    let request = Self.single("x", #","model":"\#(Self.name)","outputDimensionality":128"#)
    let reply = try Self.answer(
      Self.batch(Array(repeating: request, count: 100)),
      to: "gemini-embedding-001:batchEmbedContents")
    #expect(reply.json["embeddings"]?.arrayValue?.count == 100)
  }

  @Test(arguments: [
    ("gemini-embedding-001:embedContent", "wrong" as String?, 400, "INVALID_ARGUMENT"),
    ("gemini-embedding-001:embedContent", nil, 403, "PERMISSION_DENIED"),
    ("text-embedding-004:embedContent", "right", 404, "NOT_FOUND"),
    ("gemini-3.8-flash:embedContent", "right", 404, "NOT_FOUND"),
    ("gemini-embedding-001:generateContent", "right", 404, "NOT_FOUND"),
  ])
  func `a call with a wrong key, model or method is refused`(
    segment: String, key: String?, code: Int, status: String
  ) throws {
    let reply = try Self.answer(Self.single("x"), to: segment, key: key, faults: ["status": 503])
    #expect(reply.status == code && reply.json["error"]?["status"]?.stringValue == status)
  }

  @Test func `tokens are counted for embedding models too`() throws {
    var machine = try TextMachineTests.machine()
    let reply = machine.answer(
      TextMachineTests.call(
        #"{"contents":[{"parts":[{"text":"12345678"}]}]}"#,
        segment: "gemini-embedding-001:countTokens"))
    #expect(reply.json["totalTokens"]?.intValue == 2)
  }

  @Test(arguments: [
    (#"{"status":429,"retry_delay_ms":57250,"daily_quota":true}"#, "57.25s", "PerDay"),
    (#"{"status":429}"#, "0.2s", "EmbedContentRequestsPerMinute"),
  ])
  func `a spent quota names the one of embeddings`(
    faults: String, delay: String, quota: String
  ) throws {
    let reply = try Self.answer(Self.single("x"), faults: JSONValue(parsing: faults))
    let details = reply.json["error"]?["details"]
    #expect(reply.status == 429)
    #expect(details?[0]?["violations"]?[0]?["quotaId"]?.stringValue?.contains(quota) == true)
    #expect(details?[2]?["retryDelay"]?.stringValue == delay)
  }

  @Test func `an injected failure holds for as many requests as it says`() throws {
    var machine = EmbeddingMachine(
      key: "right", faults: try EmbeddingFaults(["status": 503, "count": 1, "delay_ms": 5]))
    let call = TextMachineTests.call(
      Self.single("12345678"), segment: "gemini-embedding-2:embedContent")
    let replies = [machine.answer(call), machine.answer(call)]
    #expect(replies.map(\.status) == [503, 200])
    #expect(replies.map(\.delay) == [.milliseconds(5), .milliseconds(5)])
    #expect(machine.report == EmbeddingReport(requests: 2, failures: 1, vectors: 1, tokens: 2))
  }

  @Test(arguments: [
    (#"{}"#, 128, false), (#"{"wrong_length":true}"#, 127, false),
    (#"{"not_finite":true}"#, 128, true), (#"{"not_finite":"null"}"#, 128, true),
    (#"{"not_finite":"zero"}"#, 128, true),
  ])
  func `a vector can be spoilt in each way`(
    faults: String, count: Int, isSpoilt: Bool
  ) throws {
    let body = Self.single("Return policy", #","outputDimensionality":128"#)
    let vector = try Self.answer(body, faults: JSONValue(parsing: faults)).json["embedding"]
    let values = vector?["values"]?.arrayValue ?? []
    #expect(values.count == count)
    let isUsable = values.allSatisfy { $0.doubleValue?.isFinite == true } && values != Self.zeros
    #expect(isUsable != isSpoilt)
  }

  static let zeros = Array(repeating: JSONValue.int(0), count: 128)

  @Test(arguments: [
    (#"{"typo":true}"#, "gemini_embedding has no member \"typo\""),
    (#"{"not_finite":"odd"}"#, "gemini_embedding.not_finite cannot be \"odd\""),
    (#"{"wrong_length":1}"#, "gemini_embedding.wrong_length is not true or false"),
  ])
  func `a switch that nothing reads is refused`(faults: String, message: String) {
    #expect(throws: SimulationError(.invalidFault, message)) {
      try EmbeddingFaults(JSONValue(parsing: faults))
    }
  }
}
