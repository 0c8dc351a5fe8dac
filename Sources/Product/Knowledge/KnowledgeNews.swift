internal import Buffers
internal import Domain
internal import Postgres

/// What merchants hear of their documents: which one, and where it stands; not what is in it.
enum KnowledgeNews {
  /// Leaves an event in the transaction that makes it true.
  static func tell(
    _ type: EventType, of document: DocumentRecord, _ transaction: Transaction
  ) async throws {
    try await EventOutbox.append(
      ProductEvent(type, merchant: document.merchant, subject: document.id.text) {
        $0.key("document_id")
        $0.string(document.id.text)
        $0.key("agent_id")
        $0.string(document.agent.text)
        $0.key("passages")
        $0.number(document.passages)
        $0.key("error")
        $0.string(document.error)
        $0.key("notice")
        $0.string(document.notice)
      }, transaction)
  }
}
