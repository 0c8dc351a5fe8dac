internal import Buffers

/// A model that answers `generateContent`, and the rules of its generation.
package struct TextModel: Sendable, Equatable {
  /// How a request says how much the model is to think.
  package enum Thinking: Sendable {
    /// By `thinkingBudget`, in tokens.
    case budget
    /// By `thinkingLevel`.
    case level
  }

  /// Without the `models/` prefix.
  package let id: String
  /// Which of the two it takes; the other is refused.
  package let thinking: Thinking
  /// The levels that the model takes.
  package let levels: Set<String>
  /// Tokens it thinks when the request says nothing.
  package let usualThoughts: Int

  /// In the order of the model list.
  package static let all: [TextModel] = [
    TextModel("gemini-3.5-flash-lite", levels: everyLevel, usualThoughts: 0),
    TextModel("gemini-3.8-flash", levels: withoutMinimal, usualThoughts: 96),
    TextModel("gemini-3.7-flash", levels: withoutMinimal, usualThoughts: 96),
    TextModel("gemini-3.6-flash", levels: everyLevel, usualThoughts: 96),
    TextModel("gemini-3.5-flash", levels: everyLevel, usualThoughts: 96),
    TextModel("gemini-2.5-flash", levels: [], usualThoughts: 96),
  ]

  /// Tokens that a request may have.
  package static let inputLimit = 1_048_576
  /// Tokens that its answer may have.
  package static let outputLimit = 65_536

  /// Levels of models that may be told hardly to think.
  private static let everyLevel: Set<String> = ["MINIMAL", "LOW", "MEDIUM", "HIGH"]
  /// Levels of models that always think.
  private static let withoutMinimal: Set<String> = ["LOW", "MEDIUM", "HIGH"]

  /// A model without levels takes budgets.
  private init(_ id: String, levels: Set<String>, usualThoughts: Int) {
    self.id = id
    self.levels = levels
    self.usualThoughts = usualThoughts
    thinking = levels.isEmpty ? .budget : .level
  }

  /// The model of a path, with or without the prefix.
  package static func named(_ name: String) -> TextModel? {
    let id = name.hasPrefix("models/") ? String(name.dropFirst(7)) : name
    return all.first { $0.id == id }
  }

  /// Tokens it thinks under a `thinkingConfig`.
  func thoughtTokens(_ config: JSONValue) -> Int {
    if let budget = config[camel: "thinkingBudget"]?.intValue, budget >= 0 {
      return min(budget, usualThoughts)
    }
    switch config[camel: "thinkingLevel"]?.stringValue?.uppercased() {
    case "MINIMAL": return 0
    case "LOW": return 32
    case "MEDIUM": return 96
    case "HIGH": return 320
    default: return usualThoughts
    }
  }

  /// The entry in the model list.
  var json: JSONValue {
    [
      "name": .string("models/" + id), "version": "001", "displayName": .string(id),
      "description": "Stand-in for a text model.", "inputTokenLimit": .int(Self.inputLimit),
      "outputTokenLimit": .int(Self.outputLimit),
      "supportedGenerationMethods": ["generateContent", "countTokens"], "thinking": true,
    ]
  }
}
