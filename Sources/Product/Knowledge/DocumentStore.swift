internal import Domain
internal import Postgres

/// A document's bytes as they are kept; one of the two is there.
struct StoredFile: Sendable {
  /// Of a version before this.
  let content: [UInt8]?
  let sealed: [UInt8]?
}

/// All SQL of documents and their files. What changes something runs in the caller's transaction.
enum DocumentStore {
  /// Most documents of one agent.
  static let limit = 100

  /// Takes the agent's knowledge for the rest of the transaction, so that what is counted in it holds;
  /// false when there is no such agent, or it is deleted.
  static func lock(
    _ agent: AgentID, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Bool {
    let rows = try await transaction.query(
      """
      INSERT INTO knowledge_bases (agent_id, merchant_id)
      SELECT agent_id, merchant_id FROM agents
      WHERE agent_id = \(agent.text) AND merchant_id = \(merchant.text) AND state <> 'deleted'
      ON CONFLICT (agent_id) DO UPDATE SET revision = knowledge_bases.revision
      RETURNING revision
      """)
    return !rows.isEmpty
  }

  /// Makes known that what can be found has changed.
  static func bump(_ document: DocumentRecord, _ transaction: Transaction) async throws {
    try await transaction.execute(
      """
      INSERT INTO knowledge_bases (agent_id, merchant_id)
      VALUES (\(document.agent.text), \(document.merchant.text))
      ON CONFLICT (agent_id) DO UPDATE SET revision = knowledge_bases.revision + 1
      """)
  }

  /// Whether there is such an agent.
  static func has(_ agent: AgentID, _ database: some Querying) async throws -> Bool {
    try await !database.query(
      "SELECT 1 AS one FROM agents WHERE agent_id = \(agent.text) AND state <> 'deleted'"
    ).isEmpty
  }

  /// How many documents an agent has, and passages in them.
  static func counts(
    of agent: AgentID, _ database: some Querying
  ) async throws -> (documents: Int64, passages: Int64) {
    let row = try await database.query(
      """
      SELECT count(*) AS documents, coalesce(sum(passages), 0)::bigint AS passages
      FROM knowledge_documents WHERE agent_id = \(agent.text)
      """)[0]
    return (try row.decode("documents"), try row.decode("passages"))
  }

  /// How many documents of a merchant wait to be read.
  static func pending(of merchant: MerchantID, _ transaction: Transaction) async throws -> Int64 {
    try await transaction.query(
      """
      SELECT count(*) AS count FROM knowledge_documents
      WHERE merchant_id = \(merchant.text) AND state = 'pending'
      """)[0].decode("count")
  }

  /// Keeps a document with its file, which its key sealed.
  static func insert(
    _ id: DocumentID, of agent: AgentID, merchant: MerchantID, file: UploadedFile,
    sealed: [UInt8], by key: DocumentKey, _ transaction: Transaction
  ) async throws -> DocumentRecord {
    let rows = try await transaction.query(
      """
      INSERT INTO knowledge_documents
        (document_id, merchant_id, agent_id, display_name, content_type, size_bytes, text_key)
      VALUES (\(id.text), \(merchant.text), \(agent.text), \(file.displayName),
        \(file.contentType.rawValue), \(Int64(file.content.count)), \(key.wrapped))
      RETURNING \(DocumentRecord.columns)
      """)
    try await transaction.execute(
      """
      INSERT INTO knowledge_files (document_id, merchant_id, sealed)
      VALUES (\(id.text), \(merchant.text), \(sealed))
      """)
    return try DocumentRecord(rows[0])
  }

  /// The document, of one agent where that is given; `nil` when there is none that may be seen.
  static func find(
    _ id: DocumentID, of agent: AgentID? = nil, _ database: some Querying
  ) async throws -> DocumentRecord? {
    var query: Query =
      "SELECT \(DocumentRecord.columns) FROM knowledge_documents WHERE document_id = \(id.text)"
    if let agent { query.append(" AND agent_id = \(agent.text)") }
    return try await database.query(query).first.map(DocumentRecord.init)
  }

  /// One page of an agent's, newest first.
  static func page(
    of agent: AgentID, after cursor: String?, limit: Int, _ database: some Querying
  ) async throws -> [DocumentRecord] {
    var query: Query =
      "SELECT \(DocumentRecord.columns) FROM knowledge_documents WHERE agent_id = \(agent.text)"
    if let cursor { query.append(" AND document_id < \(cursor)") }
    query.append(" ORDER BY document_id DESC LIMIT \(limit)")
    return try await database.query(query).map(DocumentRecord.init)
  }

  /// The bytes of a document that was not read yet.
  static func file(of id: DocumentID, _ database: some Querying) async throws -> StoredFile? {
    try await database.query(
      "SELECT content, sealed FROM knowledge_files WHERE document_id = \(id.text)"
    ).first.map {
      StoredFile(content: try $0.decode("content"), sealed: try $0.decode("sealed"))
    }
  }

  /// Forgets the file of a document that was read, or cannot be; false when there was none.
  @discardableResult
  static func deleteFile(of id: DocumentID, _ transaction: Transaction) async throws -> Bool {
    try await transaction.execute("DELETE FROM knowledge_files WHERE document_id = \(id.text)")
      > 0
  }

  /// Removes a document and everything made from it; as it was, `nil` when there is none.
  static func delete(
    _ id: DocumentID, of agent: AgentID, _ transaction: Transaction
  ) async throws -> DocumentRecord? {
    try await transaction.query(
      """
      DELETE FROM knowledge_documents
      WHERE document_id = \(id.text) AND agent_id = \(agent.text)
      RETURNING \(DocumentRecord.columns)
      """
    ).first.map(DocumentRecord.init)
  }

  /// Removes all that was made for some of the agents that are deleted; the documents as they were.
  static func deleteOrphans(
    agents limit: Int, _ transaction: Transaction
  ) async throws -> [DocumentRecord] {
    try await transaction.query(
      """
      WITH gone AS (
        SELECT agent_id FROM agents JOIN knowledge_bases USING (agent_id)
        WHERE state = 'deleted' LIMIT \(limit)
      ), bases AS (
        DELETE FROM knowledge_bases WHERE agent_id IN (SELECT agent_id FROM gone)
      )
      DELETE FROM knowledge_documents WHERE agent_id IN (SELECT agent_id FROM gone)
      RETURNING \(DocumentRecord.columns)
      """
    ).map(DocumentRecord.init)
  }

  /// Says how many passages a document was cut into, and what of it was not read.
  static func setPassages(
    _ count: Int, _ notice: String, of id: DocumentID, _ transaction: Transaction
  ) async throws -> DocumentRecord? {
    try await transaction.query(
      """
      UPDATE knowledge_documents SET passages = \(Int64(count)), notice = \(notice)
      WHERE document_id = \(id.text) RETURNING \(DocumentRecord.columns)
      """
    ).first.map(DocumentRecord.init)
  }

  /// Makes a document one that agents answer from; `nil` when it is gone.
  static func markReady(
    _ id: DocumentID, placement: String, _ transaction: Transaction
  ) async throws -> DocumentRecord? {
    try await transaction.query(
      """
      UPDATE knowledge_documents SET state = 'ready', placement = \(placement)
      WHERE document_id = \(id.text) RETURNING \(DocumentRecord.columns)
      """
    ).first.map(DocumentRecord.init)
  }

  /// Gives a waiting document up, with the reason for its merchant; `nil` when it waits no more.
  static func markFailed(
    _ id: DocumentID, error: String, _ transaction: Transaction
  ) async throws -> DocumentRecord? {
    try await transaction.query(
      """
      UPDATE knowledge_documents SET state = 'failed', error = \(error), passages = 0
      WHERE document_id = \(id.text) AND state = 'pending' RETURNING \(DocumentRecord.columns)
      """
    ).first.map(DocumentRecord.init)
  }

  /// Whether an agent has anything to answer from.
  static func hasReady(_ agent: AgentID, _ database: some Querying) async throws -> Bool {
    try await !database.query(
      """
      SELECT 1 AS one FROM knowledge_documents
      WHERE agent_id = \(agent.text) AND state = 'ready' LIMIT 1
      """
    ).isEmpty
  }
}
