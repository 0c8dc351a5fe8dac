internal import Conversation
internal import Domain
internal import Protobuf
internal import Schema
internal import Speech

/// An agent's configuration as the model and the conversation take it.
struct AgentBrief {
  let realtime: RealtimeSetup
  let options: ConversationOptions

  init(agent: Payaid.Voice.V1.Agent, variables: [String: String]) {
    realtime = Self.realtime(agent, variables)
    options = Self.options(agent, variables)
  }

  private static func realtime(
    _ agent: Payaid.Voice.V1.Agent, _ variables: [String: String]
  ) -> RealtimeSetup {
    let language = agent.language == "hi" ? "Hindi" : "English"
    let instruction = """
      You speak with a person on the phone. RESPOND IN \(language.uppercased()). \
      YOU MUST RESPOND UNMISTAKABLY IN \(language.uppercased()). Be brief. \
      If you are asked whether you are a machine, say truthfully that you are.

      \(PromptTemplate.render(agent.systemPrompt, variables))
      """
    var setup = RealtimeSetup(systemInstruction: instruction)
    setup.voice = agent.voiceId
    setup.model = agent.model.flatMap { $0.name.isEmpty ? nil : $0.name }
    setup.temperature = agent.model?.temperature.map(Double.init)
    setup.tools = agent.tools.map { tool in
      ToolDeclaration(
        name: tool.name, summary: tool.description,
        parametersJSONSchema: tool.parameters.flatMap { parameters in
          (try? parameters.json()).map { String(decoding: $0, as: UTF8.self) }
        })
    }
    if let silence = agent.turnTaking?.endOfTurnSilence {
      setup.endOfSpeechSilence = Duration(silence)
    }
    return setup
  }

  private static func options(
    _ agent: Payaid.Voice.V1.Agent, _ variables: [String: String]
  ) -> ConversationOptions {
    var options = ConversationOptions()
    options.greeting = greeting(agent, variables)
    options.maxDuration = agent.maxDuration.map { Duration($0) } ?? .seconds(900)
    if let idle = agent.turnTaking?.idleTimeout { options.silenceLimit = Duration(idle) }
    return options
  }

  /// What makes the model speak first; the announcement that the law asks for comes with it.
  private static func greeting(
    _ agent: Payaid.Voice.V1.Agent, _ variables: [String: String]
  ) -> String? {
    guard agent.firstSpeaker != .caller else { return nil }
    let words = PromptTemplate.render(agent.greeting, variables)
    let notice =
      agent.recordingEnabled
      ? (agent.language == "hi" ? "यह कॉल रिकॉर्ड की जा रही है। " : "This call is being recorded. ") : ""
    return words.isEmpty && notice.isEmpty
      ? "Greet the caller now."
      : "Greet the caller now in exactly these words: \"\(notice)\(words)\""
  }
}
