internal import Domain
internal import Postgres
internal import Speech

/// An agent's knowledge as a question meets it.
struct KnowledgeStanding: Sendable, Equatable {
  /// Counts up with every change of what can be found.
  let revision: Int64
  /// Where the agent is searched: all of its documents have vectors there.
  let space: EmbeddingSpace
  /// Whether the index has them all too.
  let isCopied: Bool
}

/// All SQL of the spaces that agents are searched in. What changes something runs in the caller's transaction.
enum SpaceStore {
  /// How an agent stands; `nil` when it has nothing to answer from.
  static func standing(
    of agent: AgentID, _ index: NamedIndex?, _ database: some Querying
  ) async throws -> KnowledgeStanding? {
    let row = try await database.query(
      """
      SELECT revision, current.space, NOT EXISTS (
        SELECT 1 FROM knowledge_documents
        WHERE agent_id = \(agent.text) AND state = 'ready'
          AND placement <> current.space || \(NamedIndex.suffix(index))
      ) AS is_copied
      FROM knowledge_bases base, LATERAL (
        SELECT coalesce(nullif(base.space, ''), split_part(placement, ' ', 1)) AS space
        FROM knowledge_documents
        WHERE agent_id = base.agent_id AND state = 'ready' LIMIT 1
      ) current
      WHERE agent_id = \(agent.text)
      """
    ).first
    guard let row, let space = EmbeddingSpace(name: try row.decode("space")) else { return nil }
    return KnowledgeStanding(
      revision: try row.decode("revision"), space: space, isCopied: try row.decode("is_copied"))
  }

  /// The same, with the agent's knowledge taken for the rest of the transaction, so that it holds.
  static func lock(
    _ document: DocumentRecord, _ transaction: Transaction
  ) async throws -> KnowledgeStanding? {
    try await transaction.execute(
      """
      INSERT INTO knowledge_bases (agent_id, merchant_id)
      VALUES (\(document.agent.text), \(document.merchant.text))
      ON CONFLICT (agent_id) DO UPDATE SET revision = knowledge_bases.revision
      """)
    return try await standing(of: document.agent, nil, transaction)
  }

  /// Has an agent searched in `space` from now on, and makes known that what can be found has changed.
  static func settle(
    _ document: DocumentRecord, in space: EmbeddingSpace, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE knowledge_bases SET revision = revision + 1, space = \(space.name)
      WHERE agent_id = \(document.agent.text)
      """)
  }

  /// Ready documents whose vectors are not where they are wanted now, some of them, without those of the
  /// agents that are `passed` over.
  static func misplaced(
    wanted placement: String, without passed: [AgentID] = [], limit: Int,
    _ database: some Querying
  ) async throws -> [DocumentRecord] {
    let passed = passed.map(\.text)
    return try await database.query(
      """
      (SELECT \(DocumentRecord.columns) FROM knowledge_documents
       WHERE state = 'ready' AND placement < \(placement) AND agent_id <> ALL(\(passed))
       ORDER BY placement LIMIT \(limit))
      UNION ALL
      (SELECT \(DocumentRecord.columns) FROM knowledge_documents
       WHERE state = 'ready' AND placement > \(placement) AND agent_id <> ALL(\(passed))
       ORDER BY placement LIMIT \(limit))
      LIMIT \(limit)
      """
    ).map(DocumentRecord.init)
  }

  /// How many documents those are, counted up to `limit` on either side.
  static func countMisplaced(
    wanted placement: String, limit: Int, _ database: some Querying
  ) async throws -> Int64 {
    try await database.query(
      """
      SELECT count(*) AS count FROM (
        (SELECT FROM knowledge_documents WHERE state = 'ready' AND placement < \(placement)
         ORDER BY placement LIMIT \(limit))
        UNION ALL
        (SELECT FROM knowledge_documents WHERE state = 'ready' AND placement > \(placement)
         ORDER BY placement LIMIT \(limit))
      ) misplaced
      """)[0].decode("count")
  }

  /// The documents that an agent answers from, in order.
  static func ready(
    of agent: AgentID, _ database: some Querying
  ) async throws -> [DocumentRecord] {
    try await database.query(
      """
      SELECT \(DocumentRecord.columns) FROM knowledge_documents
      WHERE agent_id = \(agent.text) AND state = 'ready' ORDER BY document_id
      """
    ).map(DocumentRecord.init)
  }

  /// Whether all that an agent answers from has vectors in `space`, old or next.
  static func isEmbedded(
    _ agent: AgentID, in space: EmbeddingSpace, _ transaction: Transaction
  ) async throws -> Bool {
    try await transaction.query(
      """
      SELECT 1 AS one FROM knowledge_documents JOIN knowledge_passages USING (document_id)
      WHERE agent_id = \(agent.text) AND state = 'ready'
        AND space IS DISTINCT FROM \(space.name) AND next_space IS DISTINCT FROM \(space.name)
      LIMIT 1
      """
    ).isEmpty
  }

  /// Puts the next vectors of a document in the place of the old ones, which are gone.
  static func replaceVectors(
    of document: DocumentID, in space: EmbeddingSpace, _ transaction: Transaction
  ) async throws {
    _ = try await transaction.query(
      """
      WITH moved AS (
        UPDATE knowledge_passages
        SET vector = next_vector, space = next_space, next_vector = NULL, next_space = NULL
        WHERE document_id = \(document.text) AND next_space = \(space.name)
      )
      UPDATE knowledge_documents SET placement = \(space.name)
      WHERE document_id = \(document.text) AND state = 'ready' AND split_part(placement, ' ', 1) <> \(space.name)
      """, timeout: .seconds(60))
  }
}
