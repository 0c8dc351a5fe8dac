import Testing

@testable import Simulation

@Suite struct ScenarioTests {
  static func scenario(_ text: String) throws -> Scenario { try Scenario(json: Array(text.utf8)) }

  @Test func `a script file adds numbers, rules and faults to the demo`() throws {
    let scenario = try Self.scenario(
      """
      {"numbers": {"09812345678": {"outcome": "busy", "ringing_ms": 10},
                   "+919812345679": {"lines": ["Hi.", {"say": "Stop!", "barge_in_ms": 500}], "gemini": {"close": "quota"}}},
       "rules": [{"when": "hi", "say": "Own rule."}], "dnd": ["9812345670"], "exotel": {"stream_limit": 3},
       "gemini_text": {"status": 503, "count": 1}, "gemini_embedding": {"wrong_length": true},
       "pinecone": {"visibility_ms": 0}}
      """)
    #expect(scenario.script(for: "+919812345678").outcome == .busy)
    let talker = scenario.script(for: "+919812345679")
    #expect(talker.lines[1].bargeIn == .milliseconds(500))
    #expect(talker.geminiFaults?.close == .quota)
    #expect(scenario.script(for: "+910000000000").name == DemoNumbers.fallback.name)
    #expect(scenario.rules.first?.say == "Own rule.")
    #expect(scenario.doNotDisturb.contains("+919812345670"))
    #expect(scenario.exotelFaults.streamLimit == 3)
    #expect(scenario.geminiTextFaults.status == 503)
    #expect(scenario.geminiEmbeddingFaults.isShort)
    #expect(scenario.pineconeFaults.visibility == .zero)
    #expect(scenario.callerLines.contains("Stop!"))
  }

  @Test(arguments: [
    ("nonsense", "the script is not valid JSON"),
    (#"{"number": {}}"#, "script has no member \"number\""),
    (#"{"default": {"outcome": "maybe"}}"#, "default.outcome cannot be \"maybe\""),
    (#"{"default": {"lines": [{"say": 1}]}}"#, "default.lines[0].say is not a string"),
    (#"{"rules": [{"when": "x"}]}"#, "rules[0] needs \"when\" and \"say\""),
  ])
  func `a mistake in a script is named`(text: String, message: String) {
    #expect(throws: SimulationError(.invalidScript, message)) { try Self.scenario(text) }
  }

  @Test func `a pattern that is no regular expression is named`() {
    #expect(throws: SimulationError.self) { try AnswerBook([AnswerRule("(", say: "x")]) }
  }

  @Test func `every demo line is long enough to be told apart`() {
    #expect(Scenario().callerLines.count >= 10)
  }
}
