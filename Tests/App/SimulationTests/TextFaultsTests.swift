import Buffers
import Testing

@testable import Simulation

@Suite struct TextFaultsTests {
  @Test(arguments: [
    (429, "RESOURCE_EXHAUSTED"), (500, "INTERNAL"), (503, "UNAVAILABLE"),
    (504, "DEADLINE_EXCEEDED"), (418, "UNKNOWN"),
  ])
  func `an injected failure holds for as many requests as it says`(
    code: Int, status: String
  ) throws {
    var machine = try TextMachineTests.machine(["status": .int(code), "count": 2, "delay_ms": 5])
    let replies = (0..<3).map { _ in
      machine.answer(TextMachineTests.call(TextMachineTests.analysis))
    }
    #expect(replies.map(\.status) == [code, code, 200])
    #expect(replies.map(\.delay) == [.milliseconds(5), .milliseconds(5), .milliseconds(5)])
    #expect(replies[0].json["error"]?["status"]?.stringValue == status)
    #expect(
      machine.report
        == TextReport(requests: 3, failures: 2, promptTokens: 16, candidateTokens: 9))
  }

  @Test(arguments: [
    (#"{"status":429}"#, "0.2s", "PerMinute"),
    (#"{"status":429,"retry_delay_ms":57250,"daily_quota":true}"#, "57.25s", "PerDay"),
    (#"{"status":429,"retry_delay_ms":2000}"#, "2s", "PerMinute"),
  ])
  func `a spent quota says when to come back`(
    faults: String, delay: String, quota: String
  ) throws {
    let error = try TextMachineTests.answer(JSONValue(parsing: faults)).json["error"]
    let details = error?["details"]?.arrayValue ?? []
    let byType = Dictionary(uniqueKeysWithValues: details.map { ($0["@type"]?.stringValue, $0) })
    let violation = byType["type.googleapis.com/google.rpc.QuotaFailure"]?["violations"]?[0]
    #expect(violation?["quotaId"]?.stringValue?.contains(quota) == true)
    #expect(violation?["quotaDimensions"]?["model"] == "gemini-3.5-flash-lite")
    let retry = byType["type.googleapis.com/google.rpc.RetryInfo"]
    #expect(retry?["retryDelay"]?.stringValue == delay)
  }

  @Test(arguments: [
    (#"{"blocked":true}"#, "SAFETY"), (#"{"blocked":"BLOCKLIST"}"#, "BLOCKLIST"),
  ])
  func `a blocked prompt has no candidates`(faults: String, reason: String) throws {
    let json = try TextMachineTests.answer(JSONValue(parsing: faults)).json
    #expect(json["candidates"] == nil)
    #expect(json["promptFeedback"]?["blockReason"]?.stringValue == reason)
    #expect(json["usageMetadata"]?["totalTokenCount"]?.intValue == 16)
  }

  @Test(arguments: [("MAX_TOKENS", true), ("SAFETY", false), ("RECITATION", false)])
  func `another finish reason leaves no text`(reason: String, hasContent: Bool) throws {
    let json = try TextMachineTests.answer(["finish_reason": .string(reason)]).json
    let candidate = json["candidates"]?[0]
    #expect(candidate?["finishReason"]?.stringValue == reason)
    #expect((candidate?["content"] != nil) == hasContent)
    #expect(candidate?["content"]?["parts"] == nil)
  }

  @Test func `text can be spoilt in each way`() throws {
    func parts(_ faults: JSONValue) throws -> [JSONValue] {
      try TextMachineTests.answer(faults).json["candidates"]?[0]?["content"]?["parts"]?.arrayValue
        ?? []
    }
    let malformed = try parts(["malformed": true])[0]["text"]?.stringValue ?? ""
    #expect(throws: JSONError.self) { try JSONValue(parsing: malformed) }
    let fenced = try parts(["fenced": true])[0]["text"]?.stringValue ?? ""
    #expect(fenced.hasPrefix("```json\n{") && fenced.hasSuffix("}\n```"))
    let thoughtful = try parts(["thoughts": true])
    #expect(thoughtful.count == 2 && thoughtful[0]["thought"] == true)
    #expect(thoughtful[1]["thought"] == nil)
    let broken = try JSONValue(
      parsing: parts(["out_of_schema": true])[0]["text"]?.stringValue ?? "")
    #expect(broken["sentiment"] == "ecstatic" && broken["score"]?.doubleValue == 7)
  }

  @Test(arguments: [
    (#"{"typo":true}"#, "gemini_text has no member \"typo\""),
    (#"{"status":200}"#, "gemini_text.status is not a whole number from 400 to 599"),
    (#"{"fenced":"yes"}"#, "gemini_text.fenced is not true or false"),
    (#"{"blocked":"BADNESS"}"#, "gemini_text.blocked cannot be \"BADNESS\""),
    (#"{"finish_reason":"DONE"}"#, "gemini_text.finish_reason cannot be \"DONE\""),
    ("[]", "gemini_text is not an object"),
  ])
  func `a switch that nothing reads is refused`(faults: String, message: String) {
    #expect(throws: SimulationError(.invalidFault, message)) {
      try TextFaults(JSONValue(parsing: faults))
    }
  }
}
