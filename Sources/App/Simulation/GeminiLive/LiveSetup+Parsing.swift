package import Buffers

extension LiveSetup {
  private static let known: Set<String> = [
    "model", "generationConfig", "systemInstruction", "tools", "realtimeInputConfig",
    "inputAudioTranscription", "outputAudioTranscription", "sessionResumption",
    "contextWindowCompression", "historyConfig", "proactivity", "explicitVadSignal",
  ]

  /// Checks a setup message by the rules of its model's generation; throws the close it earns.
  /// `version` is the API version in the path.
  package init(_ message: JSONValue, version: String) throws(LiveClose) {
    guard let name = message["model"]?.stringValue else { throw .invalidArgument }
    guard let model = LiveModel.named(name) else { throw .unknownModel(name, version: version) }
    try Self.refuseUnknownFields(message)
    let generation = message[camel: "generationConfig"] ?? [:]
    try SetupRules(model: model, version: version).check(message, generation: generation)
    self.model = model
    instruction = message[camel: "systemInstruction"]?.contentText ?? ""
    tools = try Self.tools(message["tools"], model: model)
    languageCode = generation[camel: "speechConfig"]?[camel: "languageCode"]?.stringValue
    let input = message[camel: "realtimeInputConfig"] ?? [:]
    let detection = input[camel: "automaticActivityDetection"] ?? [:]
    detectsActivity = detection["disabled"]?.boolValue != true
    prefixPadding = .milliseconds(detection[camel: "prefixPaddingMs"]?.intValue ?? 40)
    silence = .milliseconds(detection[camel: "silenceDurationMs"]?.intValue ?? 500)
    isInterruptible = input[camel: "activityHandling"]?.stringValue != "NO_INTERRUPTION"
    transcribesInput = message[camel: "inputAudioTranscription"] != nil
    transcribesOutput = message[camel: "outputAudioTranscription"] != nil
    let resumption = message[camel: "sessionResumption"]
    isResumable = resumption != nil
    handle = resumption?["handle"]?.stringValue
    expectsHistory =
      message[camel: "historyConfig"]?[camel: "initialHistoryInClientContent"]?.boolValue == true
  }

  private static func refuseUnknownFields(_ message: JSONValue) throws(LiveClose) {
    for key in message.objectValue?.keys ?? [] {
      let camel = key.split(separator: "_").enumerated().map { index, word in
        index == 0 ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
      }.joined()
      if !known.contains(camel) { throw .unknownField(key) }
    }
  }

  private static func tools(
    _ value: JSONValue?, model: LiveModel
  ) throws(LiveClose) -> [ToolDeclaration] {
    var tools: [ToolDeclaration] = []
    for tool in value?.arrayValue ?? [] {
      for declaration in tool[camel: "functionDeclarations"]?.arrayValue ?? [] {
        tools.append(try ToolDeclaration(declaration, model: model))
      }
    }
    return tools
  }
}

extension ToolDeclaration {
  init(_ value: JSONValue, model: LiveModel) throws(LiveClose) {
    let behavior = value["behavior"]?.stringValue
    let isBlocking =
      switch model.generation {
      case .native25: behavior != "NON_BLOCKING"
      case .flash31: true
      case .live38: behavior == "BLOCKING"
      }
    guard let tool = ToolDeclaration(value, isBlocking: isBlocking) else {
      throw .invalidArgument
    }
    self = tool
  }

  /// A `FunctionDeclaration`; nil when its name is none.
  init?(_ value: JSONValue, isBlocking: Bool) {
    guard let name = value["name"]?.stringValue, Self.isValid(name) else { return nil }
    self.name = name
    self.isBlocking = isBlocking
    let schema = value["parameters"] ?? value[camel: "parametersJsonSchema"] ?? [:]
    parameters = (schema["properties"]?.objectValue ?? JSONObject()).map {
      Parameter(name: $0.key, type: ($0.value["type"]?.stringValue ?? "STRING").uppercased())
    }
  }

  private static func isValid(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= 128 else { return false }
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    let isStart = letters.contains(first | 0x20) || first == UInt8(ascii: "_")
    return isStart
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.:-".contains($0)) }
  }
}
