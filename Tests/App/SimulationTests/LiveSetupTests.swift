import Buffers
import Testing
import Voices

@testable import Simulation

@Suite struct LiveSetupTests {
  static func setup(_ text: String, version: String = "v1beta") throws -> LiveSetup {
    try LiveSetup(JSONValue(parsing: text), version: version)
  }

  @Test func `a full setup is understood`() throws {
    let setup = try Self.setup(
      """
      {"model":"models/gemini-3.8-live","generationConfig":{"responseModalities":["AUDIO"],
       "speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"Kore"}}}},
       "systemInstruction":{"parts":[{"text":"Speak Hindi."}]},
       "tools":[{"functionDeclarations":[{"name":"get_order","behavior":"BLOCKING",
         "parameters":{"type":"OBJECT","properties":{"order_id":{"type":"STRING"}}}}]}],
       "realtimeInputConfig":{"automaticActivityDetection":{"prefixPaddingMs":60,"silenceDurationMs":400}},
       "inputAudioTranscription":{},"outputAudioTranscription":{},"sessionResumption":{},
       "contextWindowCompression":{"triggerTokens":"25600","slidingWindow":{"targetTokens":"12800"}}}
      """)
    #expect(setup.tools.map(\.name) == ["get_order"])
    #expect(setup.tools[0].isBlocking)
    #expect(setup.silence == .milliseconds(400))
    #expect(setup.language == .hindi)
    #expect(setup.isResumable && setup.handle == nil)
  }

  @Test func `snake case is read too`() throws {
    let setup = try Self.setup(
      #"{"model":"gemini-3.8-live","output_audio_transcription":{},"realtime_input_config":{"activity_handling":"NO_INTERRUPTION"}}"#
    )
    #expect(setup.transcribesOutput)
    #expect(!setup.isInterruptible)
  }

  @Test(arguments: [
    (#"{"model":"models/gone"}"#, 1_008 as UInt16),
    (#"{"generationConfig":{}}"#, 1_007),
    (
      #"{"model":"gemini-3.8-live","generationConfig":{"thinkingConfig":{"thinkingBudget":0}}}"#,
      1_007
    ),
    (#"{"model":"gemini-3.8-live","proactivity":{"proactiveAudio":false}}"#, 1_007),
    (#"{"model":"gemini-3.8-live","generationConfig":{"enableAffectiveDialog":true}}"#, 1_007),
    (
      #"{"model":"gemini-3.8-live","generationConfig":{"responseModalities":["AUDIO","TEXT"]}}"#,
      1_007
    ),
    (#"{"model":"gemini-3.8-live","generationConfig":{"responseMimeType":"text/plain"}}"#, 1_007),
    (#"{"model":"gemini-3.8-live","contextWindowCompression":{"triggerTokens":"1"}}"#, 1_007),
    (#"{"model":"gemini-3.8-live","tools":[{"functionDeclarations":[{"name":"9bad"}]}]}"#, 1_007),
    (#"{"model":"gemini-3.8-live","colour":"red"}"#, 1_007),
    (
      #"{"model":"gemini-3.1-flash-live-preview","generationConfig":{"thinkingConfig":{"thinkingBudget":0}}}"#,
      1_007
    ),
    (
      #"{"model":"gemini-2.5-flash-native-audio-latest","proactivity":{"proactiveAudio":true}}"#,
      1_007
    ),
  ])
  func `a setup against the rules of its generation closes`(text: String, code: UInt16) throws {
    let error = #expect(throws: LiveClose.self) { try Self.setup(text) }
    #expect(error?.code == code)
  }

  @Test func `the alpha version allows proactive audio on 2.5`() throws {
    let text =
      #"{"model":"gemini-2.5-flash-native-audio-latest","proactivity":{"proactiveAudio":true}}"#
    #expect(try Self.setup(text, version: "v1alpha").model.generation == .native25)
  }
}

@Suite struct AnswerBookTests {
  static let tool = ToolDeclaration(
    name: "get_order_status", isBlocking: true,
    parameters: [.init(name: "order_id", type: "STRING"), .init(name: "limit", type: "INTEGER")])
  static let endCall = ToolDeclaration(name: "end_call", isBlocking: false, parameters: [])

  @Test(arguments: [
    ("Hello, I would like to know where my order is.", "order number"),
    ("Can you tell me when it will arrive?", "tomorrow"),
    ("No, that is all. Thank you, goodbye.", "Goodbye"),
    ("Sorry, wait a moment. I want to cancel my order.", "cancel"),
    ("नमस्ते, मुझे अपने ऑर्डर की जानकारी चाहिए।", "ऑर्डर नंबर"),
    ("यह कब तक पहुँचेगा?", "कल शाम"),
    ("zzz", "say it again"),
  ])
  func `a demo line gets its answer`(words: String, part: String) throws {
    let book = try AnswerBook(AnswerRule.defaults)
    #expect(book.answer(to: words, tools: [], digits: nil).text.contains(part))
  }

  @Test func `a declared function is called with the number just said`() throws {
    let book = try AnswerBook(AnswerRule.defaults)
    let words = "My order number is four two seven one."
    let digits = SpokenDigits.found(in: words)
    let answer = book.answer(to: words, tools: [Self.endCall, Self.tool], digits: digits)
    #expect(digits == "4271")
    #expect(answer.call == Self.tool)
    #expect(answer.arguments == ["order_id": "4271", "limit": 4271])
    #expect(answer.text.contains("{result}"))
    #expect(book.answer(to: words, tools: [], digits: digits).text.contains("4 2 7 1"))
  }

  @Test func `goodbye ends the call by a function when there is one`() throws {
    let book = try AnswerBook(AnswerRule.defaults)
    #expect(book.answer(to: "Goodbye.", tools: [Self.endCall], digits: nil).endCall == Self.endCall)
  }

  @Test func `a prompt is obeyed`() throws {
    let book = try AnswerBook(AnswerRule.defaults)
    let setup = try LiveSetupTests.setup(#"{"model":"gemini-3.8-live"}"#)
    let quoted = book.answer(
      toPrompt: #"Say: "Good day from the shop.""#, tools: setup.tools, language: setup.language,
      digits: nil)
    #expect(quoted.text == "Good day from the shop.")
    let greeting = book.answer(
      toPrompt: "Greet the caller now, in Hindi.", tools: setup.tools, language: setup.language,
      digits: nil)
    #expect(greeting.language == .hindi)
  }

  @Test func `a tool's answer becomes words`() {
    let response: JSONValue = ["output": ["status": "shipped", "days": 2]]
    #expect(ToolResult.words(response, language: .english) == "status shipped, days 2.")
    #expect(ToolResult.words(["error": "x"], language: .english).hasPrefix("Sorry"))
  }
}
