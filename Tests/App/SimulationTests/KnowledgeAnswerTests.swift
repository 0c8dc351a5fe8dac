import Buffers
import Testing
import Voices

@testable import Simulation

@Suite struct KnowledgeAnswerTests {
  static let faq = """
    Northwind returns. You may return any item within 30 days. Our return policy covers damaged \
    goods. We ship from Pune.
    """

  static let search = tool("search_knowledge")

  static func tool(_ name: String) -> ToolDeclaration {
    ToolDeclaration(
      name: name, isBlocking: true, parameters: [.init(name: "query", type: "STRING")])
  }

  static func response(_ texts: [String]) -> JSONValue {
    ["passages": .array(texts.map { ["text": .string($0), "source": "faq.pdf", "page": 3] })]
  }

  @Test(arguments: [
    ("What is your return policy?", true), ("आपकी वापसी की नीति क्या है?", true),
    ("Where is my order?", false), ("No, that is all. Goodbye.", false), ("", false),
  ])
  func `documents are searched where no rule fits`(words: String, isSearched: Bool) throws {
    let book = try AnswerBook(AnswerRule.defaults)
    let tools = [Self.tool("get_order_status"), Self.search]
    let answer = book.answer(toCaller: words, tools: tools, digits: nil)
    #expect((answer.question == words) == isSearched)
    if isSearched {
      #expect(answer.call == Self.search && answer.arguments == ["query": .string(words)])
    }
    let without = book.answer(toCaller: words, tools: [Self.tool("get_order_status")], digits: nil)
    #expect(without.question == nil)
  }

  @Test(arguments: [
    (
      "What is your return policy?", [faq, "The return policy of others."],
      "You may return any item within 30 days. Our return policy covers damaged goods."
    ),
    ("Where do you ship from?", [faq], "We ship from Pune."),
    ("Do you sell mixers?", [faq], "Northwind returns."),
    (
      "Price?", ["One line\nThe price is Rs. 1,500.50 now\nAnother"],
      "The price is Rs. 1,500.50 now"
    ),
    (
      "आपकी वापसी की नीति क्या है?", ["नमस्ते। आप तीस दिन में वापस कर सकते हैं। शहर पुणे है।"],
      "आप तीस दिन में वापस कर सकते हैं।"
    ),
    ("What is it?", [], "I do not know that, I am afraid."),
    ("What is it?", [" \n"], "I do not know that, I am afraid."),
    ("यह क्या है?", [], "क्षमा कीजिए, मुझे यह जानकारी नहीं है।"),
  ])
  func `the sentences nearest to the question are said`(
    question: String, texts: [String], said: String
  ) {
    let language = SpokenLanguage(of: question)
    for form: JSONValue in [
      Self.response(texts), ["output": Self.response(texts)], ["result": Self.response(texts)],
    ] {
      #expect(PassageReading.words(form, question: question, language: language) == said)
    }
  }

  @Test(arguments: [1, 60, 300])
  func `no more than two hundred characters are said`(words: Int) {
    let long = Array(repeating: "return", count: words).joined(separator: " ")
    let said = PassageReading.words(
      Self.response([long + ". And another return."]), question: "return?", language: .english)
    #expect(said.count <= 201 && said.hasPrefix("return") && said.hasSuffix("."))
  }

  @Test(arguments: [
    ("{}", "I do not know that"), (#"{"passages":7}"#, "I do not know that"),
    (#"{"passages":[{"text":7}]}"#, "I do not know that"),
    (#"{"error":"down","passages":[]}"#, "Sorry, I could not look that up"),
  ])
  func `an answer without passages is no knowledge`(response: String, said: String) throws {
    var answer = Answer(text: "{result}", language: .english)
    answer.question = "What is it?"
    #expect(ToolResult.words(try JSONValue(parsing: response), to: answer).hasPrefix(said))
  }

  @Test(arguments: [#""BLOCKING""#, #""NON_BLOCKING""#])
  func `a session asks its function and says what came back`(behavior: String) throws {
    var bench = try LiveMachineTests.opened(
      setup: #"""
        {"setup":{"model":"models/gemini-3.8-live","outputAudioTranscription":{},
         "tools":[{"functionDeclarations":[{"name":"search_knowledge","behavior":\#(behavior),
           "parameters":{"type":"OBJECT","properties":{"query":{"type":"STRING"}}}}]}]}}
        """#)
    bench.words = "What is your return policy?"
    try bench.send(
      audio: try speech(bench.words ?? "", rate: 16_000).samples + LiveMachineTests.silence)
    try bench.pass(.seconds(1))
    let calls = bench.frames.compactMap { $0["toolCall"]?["functionCalls"]?[0] }
    let call = try #require(calls.first)
    #expect(call["args"] == ["query": "What is your return policy?"])
    let answer = Self.response(["बीच में। आप return तीस दिन में कर सकते हैं।"]).serializedString
    try bench.send(
      #"""
      {"toolResponse":{"functionResponses":[{"id":"\#(call["id"]?.stringValue ?? "")",
       "name":"search_knowledge","response":\#(answer)}]}}
      """#)
    try bench.pass(.seconds(15))
    let said = bench.frames.compactMap {
      $0["serverContent"]?["outputTranscription"]?["text"]?.stringValue
    }
    #expect(said.joined().contains("आप return तीस दिन में कर सकते हैं।"))
    #expect(bench.machine.report.strayToolAnswers == 0)
  }

  @Test(arguments: [("12", 0...1), ("13", 0...1)])
  func `the demo has callers who ask what only documents answer`(
    digits: String, questions: ClosedRange<Int>
  ) throws {
    let script = try #require(DemoNumbers.scripts["+9190000000" + digits])
    let book = try AnswerBook(AnswerRule.defaults)
    for (place, line) in script.lines.enumerated() {
      let answer = book.answer(toCaller: line.text, tools: [Self.search], digits: nil)
      #expect((answer.question != nil) == questions.contains(place))
    }
    #expect(script.lines.count == 3)
  }
}
