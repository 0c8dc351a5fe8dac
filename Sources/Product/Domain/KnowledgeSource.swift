package import Postgres

/// A stretch of a document.
package struct KnowledgePassage: Sendable, Equatable {
  package var document: DocumentID
  /// The document's name.
  package var source: String
  package var text: String
  /// From 1; 0 where the document has no pages.
  package var page: Int
  /// The cosine between it and the question, -1 to 1.
  package var score: Float

  package init(document: DocumentID, source: String, text: String, page: Int, score: Float) {
    self.document = document
    self.source = source
    self.text = text
    self.page = page
    self.score = score
  }
}

/// What agents know from their merchants' documents: where calls and knowledge meet.
package protocol KnowledgeSource: Sendable {
  /// Whether there is anything that the agent answers from.
  func hasKnowledge(_ agent: AgentID, _ transaction: Transaction) async throws -> Bool

  /// The passages nearest in meaning to a question, nearest first; none when the agent knows nothing.
  func passages(
    answering question: String, of agent: AgentID, _ merchant: MerchantID, limit: Int
  ) async throws -> [KnowledgePassage]
}
