import Buffers
import Conversation
import Domain
import Postgres
import Speech
import Testing

@testable import Calls

@Suite struct KnowledgeToolTests {
  @Test func `a model is given passages with their place, nearest first`() async throws {
    let library = Library(passages: [
      KnowledgePassage(
        document: DocumentID(), source: "faq.pdf", text: "seven days", page: 3, score: 0.9),
      KnowledgePassage(document: DocumentID(), source: "a.txt", text: "no", page: 0, score: 0.1),
    ])
    let found = try await search(library, #"{"query":"how long?"}"#)
    #expect(
      String(decoding: found.serialized(), as: UTF8.self)
        == #"{"passages":[{"text":"seven days","source":"faq.pdf","page":3},"#
        + #"{"text":"no","source":"a.txt"}]}"#)
  }

  @Test func `finding nothing is an answer`() async throws {
    let found = try await search(Library(), #"{"query":"how long?"}"#)
    #expect(found["passages"]?.arrayValue?.isEmpty == true)
  }

  @Test(arguments: ["{}", #"{"query":""}"#, #"{"query":7}"#, #"{"query":null}"#, "[]"])
  func `a call without a question is told so`(arguments: String) async throws {
    await #expect(throws: ToolFault("the argument query must be a text that is not empty")) {
      try await search(Library(), arguments)
    }
  }

  @Test(arguments: [(SpeechError.Kind.transient, true), (.quota, false), (.configuration, false)])
  func `a vendor's failure is told without its words`(
    kind: SpeechError.Kind, isRetryable: Bool
  ) async throws {
    let library = Library(failure: SpeechError(kind, "gemini answered 500"))
    let fault = ToolFault("the documents cannot be searched now", isRetryable: isRetryable)
    await #expect(throws: fault) { try await search(library, #"{"query":"how long?"}"#) }
  }

  private func search(_ library: Library, _ arguments: String) async throws -> JSONValue {
    try await KnowledgeTool(source: library).search(
      ToolCall(
        id: "1", name: BuiltInTool.searchKnowledge,
        arguments: try JSONValue(parsing: Array(arguments.utf8))),
      of: AgentID(), MerchantID())
  }
}

/// Documents that are what a test says.
private struct Library: KnowledgeSource {
  var passages: [KnowledgePassage] = []
  var failure: SpeechError?

  func hasKnowledge(_ agent: AgentID, _ transaction: Transaction) async throws -> Bool { true }

  func passages(
    answering question: String, of agent: AgentID, _ merchant: MerchantID, limit: Int
  ) async throws -> [KnowledgePassage] {
    if let failure { throw failure }
    return Array(passages.prefix(limit))
  }
}
