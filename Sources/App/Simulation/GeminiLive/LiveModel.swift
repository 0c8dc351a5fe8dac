internal import Buffers

/// A model the stand-in knows, and the rules of its generation.
package struct LiveModel: Sendable, Equatable {
  /// What differs between the generations on the wire.
  package enum Generation: Sendable {
    case native25
    case flash31
    case live38
  }

  /// Without the `models/` prefix.
  package let id: String
  package let generation: Generation

  package static let all: [LiveModel] = [
    LiveModel(id: "gemini-3.8-live", generation: .live38),
    LiveModel(id: "gemini-3.8-live-extended-thinking", generation: .live38),
    LiveModel(id: "gemini-3.1-flash-live-preview", generation: .flash31),
    LiveModel(id: "gemini-2.5-flash-native-audio-preview-12-2025", generation: .native25),
    LiveModel(id: "gemini-2.5-flash-native-audio-preview-09-2025", generation: .native25),
    LiveModel(id: "gemini-2.5-flash-native-audio-latest", generation: .native25),
  ]

  /// The model of a setup message, with or without the prefix.
  package static func named(_ name: String) -> LiveModel? {
    let id = name.hasPrefix("models/") ? String(name.dropFirst(7)) : name
    return all.first { $0.id == id }
  }

  /// The entry in the model list.
  var json: JSONValue {
    [
      "name": .string("models/" + id), "version": "001", "displayName": .string(id),
      "inputTokenLimit": 131_072,
      "outputTokenLimit": generation == .native25 ? 8_192 : 65_536,
      "supportedGenerationMethods": ["countTokens", "bidiGenerateContent"],
    ]
  }
}
