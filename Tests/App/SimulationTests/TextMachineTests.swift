import Buffers
import Testing

@testable import Simulation

@Suite struct TextMachineTests {
  static let call = "caller: I want a refund.\\nagent: Sorry.\\ncaller: This is terrible."
  static let schema = """
    {"type":"OBJECT","properties":{"sentiment":{"type":"STRING","enum":["positive","negative"]},
     "score":{"type":"NUMBER","minimum":-1,"maximum":1}}}
    """

  static func body(_ generation: String = "{}") -> String {
    """
    {"contents":[{"role":"user","parts":[{"text":"\(call)"}]}],"generationConfig":\(generation)}
    """
  }

  static var analysis: String {
    body(#"{"responseMimeType":"application/json","responseSchema":\#(schema)}"#)
  }

  static func machine(_ faults: JSONValue = [:]) throws -> TextMachine {
    TextMachine(
      key: "right", faults: try TextFaults(faults), book: try AnswerBook(AnswerRule.defaults))
  }

  static func call(
    _ body: String, segment: String = "gemini-3.5-flash-lite:generateContent",
    key: String? = "right"
  ) -> TextCall {
    TextCall(version: "v1beta", segment: segment, key: key, body: Array(body.utf8))
  }

  static func answer(_ faults: JSONValue, _ body: String = analysis) throws -> TextReply {
    var machine = try machine(faults)
    return machine.answer(call(body))
  }

  @Test func `an analysis comes back as the service writes it`() throws {
    let reply = try Self.answer([:])
    let candidate = reply.json["candidates"]?[0]
    #expect(reply.status == 200)
    #expect(
      candidate?["content"]?["parts"]?[0]?["text"] == #"{"sentiment":"negative","score":-1}"#)
    #expect(candidate?["finishReason"] == "STOP")
    #expect(reply.json["modelVersion"] == "gemini-3.5-flash-lite")
    #expect(reply.json["responseId"] == "sim-000001")
    let usage = reply.json["usageMetadata"]
    #expect(usage?["promptTokenCount"]?.intValue == 16)
    #expect(usage?["candidatesTokenCount"]?.intValue == 9)
    #expect(usage?["totalTokenCount"]?.intValue == 25)
    #expect(usage?["promptTokensDetails"]?[0]?["modality"] == "TEXT")
  }

  @Test func `prose is the summary`() throws {
    let reply = try Self.answer([:], Self.body())
    let parts = reply.json["candidates"]?[0]?["content"]?["parts"]
    #expect(parts?[0]?["text"] == "I want a refund. This is terrible.")
  }

  @Test(arguments: [
    (#"{"maxOutputTokens":2}"#, "gemini-3.5-flash-lite", "I want a" as String?),
    (#"{"maxOutputTokens":90}"#, "gemini-3.8-flash", nil),
  ])
  func `too few tokens cut the answer or leave none of it`(
    generation: String, model: String, text: String?
  ) throws {
    var machine = try Self.machine()
    let reply = machine.answer(
      Self.call(Self.body(generation), segment: model + ":generateContent"))
    let candidate = reply.json["candidates"]?[0]
    #expect(candidate?["finishReason"] == "MAX_TOKENS")
    #expect(candidate?["content"]?["role"] == "model")
    #expect(candidate?["content"]?["parts"]?[0]?["text"]?.stringValue == text)
  }

  @Test(arguments: [
    ("gemini-3.5-flash-lite:generateContent", "wrong" as String?, 400, "INVALID_ARGUMENT"),
    ("gemini-3.5-flash-lite:generateContent", nil, 403, "PERMISSION_DENIED"),
    ("gemini-1.0-pro:generateContent", "right", 404, "NOT_FOUND"),
    ("gemini-3.8-live:generateContent", "right", 404, "NOT_FOUND"),
    ("gemini-3.8-flash:predict", "right", 404, "NOT_FOUND"),
    ("gemini-3.8-flash", "right", 404, "NOT_FOUND"),
  ])
  func `a call with a wrong key, model or method is refused`(
    segment: String, key: String?, code: Int, status: String
  ) throws {
    var machine = try Self.machine(["status": 503])
    let reply = machine.answer(Self.call(Self.analysis, segment: segment, key: key))
    #expect(reply.status == code)
    #expect(reply.json["error"]?["code"]?.intValue == code)
    #expect(reply.json["error"]?["status"]?.stringValue == status)
    #expect(machine.report == TextReport(requests: 1, refused: 1))
  }

  @Test func `a wrong key is named by its reason`() throws {
    var machine = try Self.machine()
    let error = machine.answer(Self.call(Self.analysis, key: "wrong")).json["error"]
    #expect(error?["details"]?[0]?["reason"] == "API_KEY_INVALID")
    #expect(error?["message"] == "API key not valid. Please pass a valid API key.")
  }

  @Test func `tokens are counted for contents and for whole requests`() throws {
    var machine = try Self.machine(["status": 500])
    let segment = "gemini-3.8-flash:countTokens"
    let contents = #""contents":[{"parts":[{"text":"12345678"}]}]"#
    let whole =
      #"{"generateContentRequest":{\#(contents),"#
      + #""systemInstruction":{"parts":[{"text":"1234"}]}}}"#
    let plain = machine.answer(Self.call("{\(contents)}", segment: segment))
    #expect(plain.json["totalTokens"]?.intValue == 2)
    let counted = machine.answer(Self.call(whole, segment: segment))
    #expect(counted.json["totalTokens"]?.intValue == 3)
    #expect(machine.answer(Self.call("{}", segment: segment)).status == 400)
    #expect(machine.report == TextReport(refused: 1, counts: 2))
  }
}
