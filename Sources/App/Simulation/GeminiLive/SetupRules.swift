internal import Buffers

/// What a setup message may not have, by generation of the model.
struct SetupRules {
  private static let refusedEverywhere = [
    "responseMimeType", "responseSchema", "responseJsonSchema", "responseLogprobs", "logprobs",
    "stopSequences",
  ]
  private static let voices: Set<String> = [
    "Zephyr", "Puck", "Charon", "Kore", "Fenrir", "Leda", "Orus", "Aoede", "Callirrhoe",
    "Autonoe", "Enceladus", "Iapetus", "Umbriel", "Algieba", "Despina", "Erinome", "Algenib",
    "Rasalgethi", "Laomedeia", "Achernar", "Alnilam", "Schedar", "Gacrux", "Pulcherrima", "Achird",
    "Zubenelgenubi", "Vindemiatrix", "Sadachbia", "Sadaltager", "Sulafat",
  ]

  let model: LiveModel
  let version: String

  func check(_ message: JSONValue, generation: JSONValue) throws(LiveClose) {
    for name in Self.refusedEverywhere where generation[camel: name] != nil {
      throw .invalidArgument
    }
    try checkModalities(generation)
    try checkVoice(generation)
    try checkGeneration(message, generation)
    if let compression = message[camel: "contextWindowCompression"] {
      guard compression[camel: "slidingWindow"] != nil else { throw .invalidArgument }
    }
  }

  private func checkModalities(_ generation: JSONValue) throws(LiveClose) {
    guard let modalities = generation[camel: "responseModalities"]?.arrayValue else { return }
    guard modalities.count == 1, modalities[0].stringValue?.uppercased() == "AUDIO" else {
      throw .invalidArgument
    }
  }

  private func checkVoice(_ generation: JSONValue) throws(LiveClose) {
    let config = generation[camel: "speechConfig"]?[camel: "voiceConfig"]
    guard let prebuilt = config?[camel: "prebuiltVoiceConfig"] else { return }
    guard let name = prebuilt[camel: "voiceName"]?.stringValue, Self.voices.contains(name) else {
      throw .invalidArgument
    }
  }

  private func checkGeneration(_ message: JSONValue, _ generation: JSONValue) throws(LiveClose) {
    let thinking = generation[camel: "thinkingConfig"]
    let affective = generation[camel: "enableAffectiveDialog"]
    let proactive = message["proactivity"]?[camel: "proactiveAudio"]
    switch model.generation {
    case .native25:
      guard thinking?[camel: "thinkingLevel"] == nil else { throw .invalidArgument }
      guard (affective == nil && proactive == nil) || version == "v1alpha" else {
        throw .unknownField(affective == nil ? "proactivity" : "enableAffectiveDialog")
      }
    case .flash31:
      guard thinking?[camel: "thinkingBudget"] == nil, affective == nil, proactive == nil else {
        throw .invalidArgument
      }
    case .live38:
      guard thinking == nil, affective == nil, proactive?.boolValue != false else {
        throw .invalidArgument
      }
    }
  }
}
