import Buffers
import Conversation
import Domain
import Protobuf
import Speech
import Testing
import VoiceAPI

@testable import Calls

@Suite struct AgentBriefTests {
  private func brief(
    _ json: String, language: String = "en", variables: [String: String] = [:],
    answersFromDocuments: Bool = false
  ) throws -> AgentBrief {
    AgentBrief(
      agent: try Payaid.Voice.V1.Agent(json: Array(json.utf8)), language: language,
      variables: variables, answersFromDocuments: answersFromDocuments)
  }

  @Test(arguments: [
    ("{}", 500, 60, true, 10, 2), (#"{"preset":"BALANCED"}"#, 500, 60, true, 10, 2),
    (#"{"preset":"PATIENT"}"#, 1_200, 200, false, 20, 3),
    (#"{"preset":"SNAPPY"}"#, 300, 20, true, 6, 1),
    (
      #"{"preset":"SNAPPY","endOfTurnSilence":"0.8s","interruptionSensitivity":"LOW"}"#,
      800, 20, false, 6, 1
    ),
    (
      #"{"preset":"PATIENT","interruptionSpeech":"0s","idleTimeout":"5s","idlePrompts":0}"#,
      1_200, 0, false, 5, 0
    ),
  ])
  func `a preset has the values that the API documents, and a field wins over it`(
    json: String, silence: Int, speech: Int, isSensitive: Bool, idle: Int, prompts: Int
  ) throws {
    let brief = try brief(#"{"language":"en","turnTaking":\#(json)}"#)
    #expect(brief.realtime.endOfSpeechSilence == .milliseconds(silence))
    #expect(brief.realtime.startOfSpeech == .milliseconds(speech))
    #expect(brief.realtime.isSensitive == isSensitive)
    #expect(brief.realtime.isInterruptible)
    #expect(brief.options.silenceLimit == .seconds(idle))
    #expect(brief.options.silencePrompts == prompts)
  }

  @Test func `an agent with documents is told to answer from them, by a function`() throws {
    let json = #"{"language":"en","systemPrompt":"You sell tea.","tools":[{"name":"book"}]}"#
    let brief = try brief(json, answersFromDocuments: true)
    #expect(brief.realtime.tools.map(\.name) == ["book", "search_knowledge"])
    let search = try #require(brief.realtime.tools.last)
    let schema = try JSONValue(parsing: Array((search.parametersJSONSchema ?? "").utf8))
    #expect(schema["required"]?.arrayValue?.first?.stringValue == "query")
    #expect(brief.realtime.systemInstruction.contains("You sell tea."))
    #expect(brief.realtime.systemInstruction.contains("call search_knowledge"))
    let other = try self.brief(json)
    #expect(other.realtime.tools.map(\.name) == ["book"])
    #expect(!other.realtime.systemInstruction.contains("search_knowledge"))
  }

  @Test(
    arguments: [
      (#"{"voiceId":"Kore"}"#, "Kore", nil, .automatic),
      (#"{"voiceId":"en-IN-NeerjaNeural"}"#, nil, "en-IN-NeerjaNeural", .automatic),
      (#"{"voiceId":"Kore","model":{"engine":"LIVE"}}"#, "Kore", nil, .live),
      (#"{"model":{"engine":"CASCADE"}}"#, nil, nil, .cascade),
    ] as [(String, String?, String?, Engine)])
  func `a voice goes to the engine that has it`(
    json: String, live: String?, cascade: String?, engine: Engine
  ) throws {
    let setup = try brief(json, language: "").realtime
    #expect(setup.voice == live && setup.cascadeVoice == cascade && setup.engine == engine)
  }

  @Test(arguments: [("en", ["en-IN", "hi-IN"]), ("hi", ["hi-IN", "en-IN"])])
  func `the call's language is listened for first`(language: String, codes: [String]) throws {
    #expect(try brief("{}", language: language).realtime.spokenLanguages == codes)
  }

  @Test func `interruptions can be turned off`() throws {
    let brief = try brief(#"{"language":"en","turnTaking":{"interruptionsDisabled":true}}"#)
    #expect(!brief.realtime.isInterruptible)
  }

  @Test func `every text takes the call's variables and their defaults`() throws {
    let brief = try brief(
      #"""
      {"language":"en","systemPrompt":"Call {{name}}.","greeting":"Hello {{name}}, due {{due}}.",
      "farewell":"Bye {{name}}.","turnTaking":{"idleMessage":"Still there, {{name}}?"},
      "variables":[{"name":"name","required":true},{"name":"due","defaultValue":"today"}]}
      """#, variables: ["name": "Asha"])
    #expect(brief.realtime.systemInstruction.hasSuffix("Call Asha."))
    #expect(brief.options.greeting?.contains("\"Hello Asha, due today.\"") == true)
    #expect(brief.options.farewell?.contains("\"Bye Asha.\"") == true)
    #expect(brief.options.silencePrompt.contains("\"Still there, Asha?\""))
  }

  @Test func `a call in the other language has that language's voice and words`() throws {
    let json = #"""
      {"language":"en","voiceId":"Kore","fallbackVoiceIds":["Puck"],"greeting":"Hello.",
      "farewell":"Bye.","languageSettings":{"hi":{"voiceId":"Aoede","greeting":"नमस्ते"}}}
      """#
    let own = try brief(json)
    #expect(own.realtime.voice == "Kore" && own.realtime.fallbackVoices == ["Puck"])
    #expect(own.options.greeting?.contains("Hello.") == true && own.options.farewell != nil)
    let other = try brief(json, language: "hi")
    #expect(other.realtime.voice == "Aoede" && other.realtime.fallbackVoices == [])
    #expect(other.options.greeting?.contains("नमस्ते") == true && other.options.farewell == nil)
    #expect(other.realtime.systemInstruction.contains("IN HINDI"))
  }

  @Test func `the function that ends a call is given to agents that may, and to no other`() throws {
    let none = try brief(#"{"language":"en","tools":[{"name":"end_call"}]}"#)
    #expect(none.realtime.tools.map(\.name) == ["end_call"])
    #expect(none.options.endCallTool == nil)
    let may = try brief(#"{"language":"en","mayEndCall":true,"tools":[{"name":"look"}]}"#)
    #expect(may.realtime.tools.map(\.name) == ["look", "end_call"])
    #expect(may.options.endCallTool == "end_call")
    #expect(may.realtime.tools.last?.parametersJSONSchema == nil)
  }

  @Test(arguments: [
    ("en", "AGENT", "This call is being recorded. Hello."),
    ("en", "CALLER", "This call is being recorded."),
    ("hi", "CALLER", "यह कॉल रिकॉर्ड की जा रही है।"),
  ])
  func `whoever speaks first, a call that is recorded begins with the notice`(
    language: String, first: String, words: String
  ) throws {
    let json = #"""
      {"language":"\#(language)","firstSpeaker":"\#(first)","greeting":"Hello.","recordingEnabled":true}
      """#
    let brief = try brief(json, language: language)
    #expect(brief.options.greeting?.contains("\"\(words)\"") == true)
    let notice = try #require(brief.options.notice)
    #expect(notice.proofs.contains { $0.allSatisfy(words.lowercased().contains) })
    #expect(notice.prompt.contains(language == "hi" ? "रिकॉर्ड" : "recorded"))
  }

  @Test(arguments: [
    ("en", "AGENT", "Hello. May this call be recorded? Please say yes or no."),
    ("en", "CALLER", "May this call be recorded? Please say yes or no."),
    ("hi", "CALLER", "क्या यह कॉल रिकॉर्ड की जा सकती है? कृपया हाँ या नहीं कहें।"),
  ])
  func `an agent that asks before it records does so behind its greeting`(
    language: String, first: String, words: String
  ) throws {
    let json = #"""
      {"language":"\#(language)","firstSpeaker":"\#(first)","greeting":"Hello.","recordingEnabled":true,
      "recordingConsent":"ASK"}
      """#
    let brief = try brief(json, language: language)
    #expect(brief.options.greeting?.contains("\"\(words)\"") == true)
    let notice = try #require(brief.options.notice)
    #expect(notice.isQuestion && notice.isGiven(in: words))
    #expect(brief.realtime.systemInstruction.contains("whether the call may be recorded"))
  }

  @Test func `a question without a recording is none`() throws {
    let brief = try brief(#"{"language":"en","greeting":"Hello.","recordingConsent":"ASK"}"#)
    #expect(brief.options.notice == nil)
    #expect(!brief.realtime.systemInstruction.contains("recorded"))
  }

  @Test
  func `a call that is not recorded has no notice, and a caller who speaks first no greeting`()
    throws
  {
    let brief = try brief(#"{"language":"en","firstSpeaker":"CALLER","greeting":"Hello."}"#)
    #expect(brief.options.greeting == nil && brief.options.notice == nil)
  }

  @Test func `limits and tools reach the conversation`() throws {
    let brief = try brief(
      #"""
      {"language":"en","maxDuration":"90s","model":{"name":"m","maxOutputTokens":64},
      "tools":[{"name":"slow","timeout":"20s"},{"name":"plain"}]}
      """#)
    #expect(brief.options.maxDuration == .seconds(90))
    #expect(brief.options.toolTimeouts == ["slow": .seconds(20)])
    #expect(brief.realtime.model == "m" && brief.realtime.maxOutputTokens == 64)
    #expect(brief.realtime.tools.map(\.name) == ["slow", "plain"])
  }
}
