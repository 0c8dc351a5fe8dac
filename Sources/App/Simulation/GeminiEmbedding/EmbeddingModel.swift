internal import Buffers

/// A model that makes vectors of text.
package struct EmbeddingModel: Sendable, Equatable {
  /// Without the `models/` prefix.
  package let id: String
  /// Tokens of a text that count; what follows them is silently left out.
  package let inputLimit: Int
  /// Vectors shorter than the whole have length 1 again.
  package let normalizesParts: Bool
  /// The task is told in the text, before what is to be embedded.
  package let readsTaskFromText: Bool

  /// In the order of the model list. The spaces of the two are different.
  package static let all: [EmbeddingModel] = [
    EmbeddingModel(
      id: "gemini-embedding-001", inputLimit: 2_048, normalizesParts: false,
      readsTaskFromText: false),
    EmbeddingModel(
      id: "gemini-embedding-2", inputLimit: 8_192, normalizesParts: true, readsTaskFromText: true),
  ]

  /// What `outputDimensionality` may be; the last is the length of a whole vector.
  static let dimensions = 128...3_072

  /// What `taskType` may be.
  static let tasks: Set<String> = [
    "TASK_TYPE_UNSPECIFIED", "RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT", "SEMANTIC_SIMILARITY",
    "CLASSIFICATION", "CLUSTERING", "QUESTION_ANSWERING", "FACT_VERIFICATION",
    "CODE_RETRIEVAL_QUERY",
  ]

  /// The model of a path, with or without the prefix.
  package static func named(_ name: String) -> EmbeddingModel? {
    let id = name.hasPrefix("models/") ? String(name.dropFirst(7)) : name
    return all.first { $0.id == id }
  }

  /// What of a text goes into its vector.
  func subject(of text: String) -> String {
    let whole = readsTaskFromText ? Self.withoutTask(text) : text
    return whole.cut(to: inputLimit * 4)
  }

  /// The text behind `task: … | query: ` or `title: … | text: `.
  private static func withoutTask(_ text: String) -> String {
    for (start, mark) in [("task: ", " | query: "), ("title: ", " | text: ")]
    where text.hasPrefix(start) {
      if let range = text.firstRange(of: mark) { return String(text[range.upperBound...]) }
    }
    return text
  }

  /// The entry in the model list. The vendor's does not name `batchEmbedContents`, which works.
  var json: JSONValue {
    [
      "name": .string("models/" + id), "version": "001", "displayName": .string(id),
      "description": "Stand-in for an embedding model.", "inputTokenLimit": .int(inputLimit),
      "outputTokenLimit": 1, "supportedGenerationMethods": ["embedContent", "countTokens"],
    ]
  }
}
