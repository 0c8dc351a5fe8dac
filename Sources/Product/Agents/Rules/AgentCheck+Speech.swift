internal import Domain
internal import HTTPClient
internal import VoiceAPI

/// Who the agent is and how it speaks.
extension AgentCheck {
  /// Bytes of a prompt, which is the longest of the texts.
  static let promptLimit = 32_768

  mutating func checkIdentity() {
    let length = agent.name.codePointCount
    require(
      (1...100).contains(length), "name", "has \(length) characters; 1 to 100 are allowed")
    require(
      VoiceCatalog.languages.contains(agent.language), "language", "must be \"hi\" or \"en\"")
    require(
      agent.phoneNumber.isEmpty || PhoneNumber(agent.phoneNumber) != nil, "phoneNumber",
      "must be +91 and ten digits")
    require(
      [.active, .paused, .unspecified].contains(agent.state), "state",
      "may be set to ACTIVE or PAUSED only")
    require(
      [.automatic, .manual, .unspecified].contains(agent.publishing), "publishing",
      "must be AUTOMATIC or MANUAL")
    checkURL(agent.webhookUrl, "webhookUrl")
    checkLabels()
  }

  private mutating func checkLabels() {
    guard isWithin(64, count: agent.labels.count, "labels") else { return }
    for (key, value) in agent.labels.sorted(by: { $0.key < $1.key }) {
      guard LabelRules.isKey(key) else {
        violations.add(
          "\(prefix).labels", "a key has 1 to 63 letters, digits, _, - and .")
        continue
      }
      limit(value, to: 63, "labels.\(key)")
    }
  }

  mutating func checkSpeech() {
    checkVoice(agent.voiceId, agent.fallbackVoiceIds, "")
    let promptBytes = agent.systemPrompt.utf8.count
    require(
      promptBytes <= Self.promptLimit, "systemPrompt",
      "has \(promptBytes) bytes; the limit is 32,768")
    limit(agent.greeting, to: 1_000, "greeting")
    limit(agent.farewell, to: 1_000, "farewell")
    require(
      [.notice, .ask, .unspecified].contains(agent.recordingConsent), "recordingConsent",
      "must be NOTICE or ASK")
    checkLanguages()
    checkCallTemplates()
  }

  private mutating func checkCallTemplates() {
    let ids = agent.callTemplateIds
    guard isWithin(16, count: ids.count, "callTemplateIds") else { return }
    for (index, id) in ids.enumerated() {
      require(
        CallTemplateID(id) != nil, "callTemplateIds[\(index)]",
        "must be the id of a call template")
    }
    require(Set(ids).count == ids.count, "callTemplateIds", "names a template more than once")
  }

  private mutating func checkLanguages() {
    let languages = VoiceCatalog.languages
    let count = agent.languageSettings.count
    guard isWithin(languages.count, count: count, "languageSettings") else { return }
    for (language, settings) in agent.languageSettings.sorted(by: { $0.key < $1.key }) {
      let field = "languageSettings.\(language)"
      guard languages.contains(language) else {
        violations.add("\(prefix).\(field)", "languages are \"hi\" and \"en\"")
        continue
      }
      checkVoice(settings.voiceId, settings.fallbackVoiceIds, field + ".")
      limit(settings.greeting, to: 1_000, field + ".greeting")
      limit(settings.farewell, to: 1_000, field + ".farewell")
    }
  }

  private mutating func checkVoice(_ voice: String, _ fallbacks: [String], _ path: String) {
    require(
      voice.isEmpty || VoiceCatalog.contains(voice), path + "voiceId",
      "is not a voice of ListVoices")
    guard isWithin(4, count: fallbacks.count, path + "fallbackVoiceIds") else { return }
    for (index, name) in fallbacks.enumerated() {
      require(
        VoiceCatalog.contains(name), "\(path)fallbackVoiceIds[\(index)]",
        "is not a voice of ListVoices")
    }
  }

  mutating func checkModel() {
    guard let model = agent.model else { return }
    limit(model.name, to: 100, "model.name")
    require(
      [.unspecified, .live, .cascade].contains(model.engine), "model.engine",
      "must be LIVE or CASCADE")
    require(
      hasCascade || model.engine != .cascade, "model.engine",
      "cannot be CASCADE: this server has no recogniser and voice of its own")
    if let temperature = model.temperature {
      require((0...2).contains(temperature), "model.temperature", "must be between 0 and 2")
    }
    if let tokens = model.maxOutputTokens {
      require(
        (16...8_192).contains(tokens), "model.maxOutputTokens", "must be between 16 and 8,192")
    }
  }

  mutating func checkTurns() {
    within(agent.maxDuration, .seconds(10) ... .seconds(3_600), "maxDuration")
    guard let turns = agent.turnTaking else { return }
    within(
      turns.endOfTurnSilence, .milliseconds(200) ... .seconds(3), "turnTaking.endOfTurnSilence")
    within(turns.idleTimeout, .seconds(3) ... .seconds(60), "turnTaking.idleTimeout")
    within(
      turns.interruptionSpeech, .zero ... .seconds(1), "turnTaking.interruptionSpeech")
    require(turns.preset.isKnown, "turnTaking.preset", "must be BALANCED, PATIENT or SNAPPY")
    require(
      turns.interruptionSensitivity.isKnown, "turnTaking.interruptionSensitivity",
      "must be LOW or HIGH")
    if let prompts = turns.idlePrompts {
      require((0...10).contains(prompts), "turnTaking.idlePrompts", "must be between 0 and 10")
    }
    limit(turns.idleMessage, to: 500, "turnTaking.idleMessage")
  }

  /// Notes a URL that is not empty and may not be called.
  mutating func checkURL(_ text: String, _ field: String) {
    guard !text.isEmpty else { return }
    do throws(OutboundPolicy.Refusal) {
      _ = try policy.check(text)
    } catch {
      violations.add("\(prefix).\(field)", error.description)
    }
  }
}

extension Payaid.Voice.V1.TurnTaking.Preset {
  fileprivate var isKnown: Bool { if case .unrecognized = self { false } else { true } }
}

extension Payaid.Voice.V1.TurnTaking.Sensitivity {
  fileprivate var isKnown: Bool { if case .unrecognized = self { false } else { true } }
}

/// What labels are made of.
enum LabelRules {
  /// Letters, digits, `_`, `-` and `.`; 1 to 63 of them.
  static func isKey(_ key: String) -> Bool {
    (1...63).contains(key.utf8.count)
      && key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) }
  }
}
