internal import Buffers
internal import Conversation
internal import Domain
internal import Speech

/// The function by which a model answers from its agent's documents.
struct KnowledgeTool: Sendable {
  /// Passages that a model is given: what it needs for one answer, and little to read.
  private static let limit = 4
  /// Code points of a question; a model's are short.
  private static let queryLimit = 2_000

  let source: any KnowledgeSource

  /// What the documents say, as the model reads it: `{"passages":[{"text":…,"source":…,"page":…}]}`,
  /// nearest first. Throws `ToolFault`.
  func search(
    _ function: ToolCall, of agent: AgentID, _ merchant: MerchantID
  ) async throws -> JSONValue {
    let arguments = function.arguments
    guard let query = arguments["query"]?.stringValue, !query.isEmpty else {
      throw ToolFault("the argument query must be a text that is not empty")
    }
    do {
      let found = try await source.passages(
        answering: String(query.unicodeScalars.prefix(Self.queryLimit)), of: agent, merchant,
        limit: Self.limit)
      return ["passages": .array(found.map(Self.json))]
    } catch let error as SpeechError {
      throw ToolFault(
        "the documents cannot be searched now", isRetryable: error.kind == .transient)
    }
  }

  private static func json(_ passage: KnowledgePassage) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("text", .string(passage.text)), ("source", .string(passage.source)),
    ]
    if passage.page > 0 { members.append(("page", .int(passage.page))) }
    return .object(JSONObject(members))
  }
}
