internal import Domain
package import Schema

/// What makes an agent's configuration good; and what an unset field means.
package enum AgentRules {
  package typealias Agent = Payaid.Voice.V1.Agent

  /// Throws `invalidArgument` naming every field that breaks a rule; `prefix` leads the paths.
  package static func check(_ agent: Agent, prefix: String = "agent") throws {
    var violations = FieldViolations()
    checkIdentity(agent, prefix, &violations)
    checkSpeech(agent, prefix, &violations)
    checkTiming(agent, prefix, &violations)
    checkTools(agent, prefix, &violations)
    checkLabels(agent, prefix, &violations)
    try violations.throwIfAny()
  }

  /// The agent with defaults where nothing was said.
  package static func completed(_ agent: Agent) -> Agent {
    var agent = agent
    if agent.voiceId.isEmpty {
      agent.voiceId = VoiceCatalog.defaultVoice(language: agent.language)
    }
    if agent.state == .unspecified { agent.state = .active }
    if agent.firstSpeaker == .unspecified { agent.firstSpeaker = .agent }
    return agent
  }

  private static func checkIdentity(
    _ agent: Agent, _ prefix: String, _ violations: inout FieldViolations
  ) {
    let length = agent.name.count
    violations.require(
      (1...100).contains(length), "\(prefix).name", "has \(length) characters; 1 to 100 are allowed"
    )
    violations.require(
      VoiceCatalog.languages.contains(agent.language), "\(prefix).language",
      "must be \"hi\" or \"en\"")
    violations.require(
      agent.phoneNumber.isEmpty || PhoneNumber(agent.phoneNumber) != nil, "\(prefix).phoneNumber",
      "must be +91 and ten digits")
    violations.require(
      agent.state == .active || agent.state == .paused || agent.state == .unspecified,
      "\(prefix).state", "may be set to ACTIVE or PAUSED only")
  }

  private static func checkSpeech(
    _ agent: Agent, _ prefix: String, _ violations: inout FieldViolations
  ) {
    violations.require(
      agent.voiceId.isEmpty || VoiceCatalog.contains(agent.voiceId), "\(prefix).voiceId",
      "is not a voice of ListVoices")
    let promptBytes = agent.systemPrompt.utf8.count
    violations.require(
      promptBytes <= 32_768, "\(prefix).systemPrompt",
      "has \(promptBytes) bytes; the limit is 32,768")
    violations.require(
      agent.greeting.count <= 1_000, "\(prefix).greeting",
      "has \(agent.greeting.count) characters; the limit is 1,000")
    if let temperature = agent.model?.temperature {
      violations.require(
        (0...2).contains(temperature), "\(prefix).model.temperature", "must be between 0 and 2")
    }
  }

  private static func checkTiming(
    _ agent: Agent, _ prefix: String, _ violations: inout FieldViolations
  ) {
    func within(
      _ value: Google.Protobuf.Duration?, _ range: ClosedRange<Duration>, _ field: String
    ) {
      guard let value else { return }
      violations.require(
        range.contains(Duration(value)), "\(prefix).\(field)",
        "must be between \(range.lowerBound) and \(range.upperBound)")
    }
    within(agent.maxDuration, .seconds(10) ... .seconds(3_600), "maxDuration")
    within(
      agent.turnTaking?.endOfTurnSilence, .milliseconds(200) ... .seconds(3),
      "turnTaking.endOfTurnSilence")
    within(agent.turnTaking?.idleTimeout, .seconds(3) ... .seconds(60), "turnTaking.idleTimeout")
  }

  private static func checkTools(
    _ agent: Agent, _ prefix: String, _ violations: inout FieldViolations
  ) {
    violations.require(
      agent.tools.count <= 32, "\(prefix).tools", "has \(agent.tools.count) tools; the limit is 32")
    var seen: Set<String> = []
    for (index, tool) in agent.tools.enumerated() {
      let path = "\(prefix).tools[\(index)]"
      violations.require(
        isFunctionName(tool.name), "\(path).name", "must match [A-Za-z_][A-Za-z0-9_]{0,63}")
      violations.require(
        seen.insert(tool.name).inserted, "\(path).name", "is the name of an earlier tool")
      violations.require(
        tool.url.isEmpty || tool.url.hasPrefix("https://"), "\(path).url",
        "must begin with https://")
    }
  }

  private static func checkLabels(
    _ agent: Agent, _ prefix: String, _ violations: inout FieldViolations
  ) {
    violations.require(
      agent.labels.count <= 64, "\(prefix).labels",
      "has \(agent.labels.count) labels; the limit is 64")
    let good = agent.labels.allSatisfy {
      (1...63).contains($0.key.count) && $0.value.count <= 63
    }
    violations.require(
      good, "\(prefix).labels", "keys have 1 to 63 characters and values at most 63")
  }

  private static func isFunctionName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard (1...64).contains(bytes.count), !(0x30...0x39).contains(bytes[0]) else { return false }
    return bytes.allSatisfy {
      ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || (0x30...0x39).contains($0) || $0 == 0x5F
    }
  }
}
