internal import Buffers
internal import Domain
internal import Postgres
internal import Speech

/// Names a passage: its document and its number there, from 0.
struct PassageKey: Sendable, Hashable {
  let document: DocumentID
  let number: Int64
}

/// What a passage says, as its row has it; one of the two is there.
struct StoredWords: Sendable {
  let number: Int64
  /// Of a version before this.
  let words: String?
  let sealed: [UInt8]?

  init(_ row: Row) throws {
    number = try row.decode("number")
    words = try row.decode("words")
    sealed = try row.decode("sealed")
  }

  /// The words, opened by the key of their document.
  func text(_ key: DocumentKey?) throws -> String {
    if let words { return words }
    guard let key, let sealed else {
      throw PostgresError(.invalidValue, "a passage is sealed, and its document's row has no key")
    }
    return try key.open(sealed, number: number)
  }
}

/// A passage as it is kept.
struct SealedPassage: Sendable {
  let page: Int
  let words: [UInt8]
}

/// All SQL of passages.
enum PassageStore {
  /// Keeps what a document was cut into, over what was there.
  static func replace(
    _ passages: [SealedPassage], of document: DocumentRecord, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      "DELETE FROM knowledge_passages WHERE document_id = \(document.id.text)")
    try await transaction.execute(
      """
      INSERT INTO knowledge_passages (document_id, number, merchant_id, page, sealed)
      SELECT \(document.id.text), place - 1, \(document.merchant.text), page, decode(words, 'base64')
      FROM unnest(\(passages.map { Int64($0.page) })::integer[],
        \(passages.map { Base64.encode($0.words) })::text[])
        WITH ORDINALITY AS passage (page, words, place)
      """)
  }

  /// Passages of a document that have no vector in `space` yet, the first ones.
  static func unplaced(
    of document: DocumentID, space: EmbeddingSpace, limit: Int, _ database: some Querying
  ) async throws -> [StoredWords] {
    try await database.query(
      """
      SELECT number::bigint AS number, words, sealed FROM knowledge_passages
      WHERE document_id = \(document.text) AND space IS DISTINCT FROM \(space.name)
        AND next_space IS DISTINCT FROM \(space.name)
      ORDER BY number LIMIT \(limit)
      """
    ).map(StoredWords.init)
  }

  /// Passages of a document whose words are not sealed, the first ones.
  static func plain(
    of document: DocumentID, limit: Int, _ transaction: Transaction
  ) async throws -> [StoredWords] {
    try await transaction.query(
      """
      SELECT number::bigint AS number, words, sealed FROM knowledge_passages
      WHERE document_id = \(document.text) AND words IS NOT NULL ORDER BY number LIMIT \(limit)
      """
    ).map(StoredWords.init)
  }

  /// Puts sealed words in the place of plain ones.
  static func seal(
    _ words: [(number: Int64, sealed: [UInt8])], of document: DocumentID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE knowledge_passages SET words = NULL, sealed = decode(given.words, 'base64')
      FROM unnest(\(words.map(\.number))::integer[],
        \(words.map { Base64.encode($0.sealed) })::text[]) AS given (number, words)
      WHERE document_id = \(document.text) AND knowledge_passages.number = given.number
      """)
  }

  /// Gives passages their vectors: the next ones, which wait beside those that they are found by, or those
  /// themselves.
  static func place(
    _ vectors: [(number: Int64, vector: [Float])], of document: DocumentID, space: EmbeddingSpace,
    isNext: Bool, _ transaction: Transaction
  ) async throws {
    let size = Int64(space.dimensions * 4)
    let bytes = vectors.flatMap { VectorBytes.encode($0.vector) }
    let given: Query = """
      FROM unnest(\(vectors.map(\.number))::integer[]) WITH ORDINALITY AS given (number, place),
        LATERAL substr(\(bytes)::bytea, ((place - 1) * \(size) + 1)::integer, \(size)::integer)
          AS bytes
      WHERE document_id = \(document.text) AND knowledge_passages.number = given.number
      """
    try await transaction.execute(
      isNext
        ? "UPDATE knowledge_passages SET next_space = \(space.name), next_vector = bytes \(given)"
        : "UPDATE knowledge_passages SET space = \(space.name), vector = bytes \(given)")
  }

  /// The vectors of one document.
  static func vectors(
    of document: DocumentID, space: EmbeddingSpace, _ database: some Querying
  ) async throws -> [(key: PassageKey, vector: [Float])] {
    try await read(
      """
      SELECT document_id, number::bigint AS number, vector FROM knowledge_passages
      WHERE document_id = \(document.text) AND space = \(space.name) ORDER BY number
      """, space, database)
  }

  /// The vectors in `space`, also next ones, of what an agent answers from, in order, from behind `cursor` on:
  /// some of them, so that nobody's loop reads for long.
  static func vectors(
    of agent: AgentID, after cursor: PassageKey?, limit: Int, space: EmbeddingSpace,
    _ database: some Querying
  ) async throws -> [(key: PassageKey, vector: [Float])] {
    try await read(
      """
      SELECT document_id, number::bigint AS number,
        CASE WHEN space = \(space.name) THEN vector ELSE next_vector END AS vector
      FROM knowledge_documents JOIN knowledge_passages USING (document_id)
      WHERE agent_id = \(agent.text) AND state = 'ready'
        AND (space = \(space.name) OR next_space = \(space.name))
        AND (document_id, number) > (\(cursor?.document.text ?? ""), \(cursor?.number ?? 0))
      ORDER BY document_id, number LIMIT \(limit)
      """, space, database)
  }

  private static func read(
    _ query: Query, _ space: EmbeddingSpace, _ database: some Querying
  ) async throws -> [(key: PassageKey, vector: [Float])] {
    try await database.query(query).map { row in
      guard let document = DocumentID(try row.decode("document_id", as: String.self)),
        let vector = VectorBytes.decode(try row.decode("vector", as: [UInt8].self)),
        vector.count == space.dimensions
      else { throw PostgresError(.invalidValue, "a passage's row has no vector of its space") }
      return (PassageKey(document: document, number: try row.decode("number")), vector)
    }
  }

  /// What passages say, of those that the agent still answers from.
  static func read(
    _ keys: [PassageKey], of agent: AgentID, _ merchant: MerchantID, _ documents: DocumentKeys,
    _ database: some Querying
  ) async throws -> [PassageKey: KnowledgePassage] {
    let rows = try await database.query(
      """
      SELECT document_id, number::bigint AS number, page::bigint AS page, words, sealed, text_key,
        display_name
      FROM unnest(\(keys.map(\.document.text))::text[], \(keys.map(\.number))::integer[])
        AS wanted (document_id, number)
      JOIN knowledge_passages USING (document_id, number)
      JOIN knowledge_documents USING (document_id)
      WHERE agent_id = \(agent.text) AND state = 'ready'
      """)
    var found: [PassageKey: KnowledgePassage] = [:]
    for row in rows {
      guard let document = DocumentID(try row.decode("document_id", as: String.self)) else {
        continue
      }
      let words = try StoredWords(row)
      let key = try row.decode("text_key", as: [UInt8]?.self).map {
        try documents.open($0, for: document, of: merchant)
      }
      found[PassageKey(document: document, number: words.number)] = KnowledgePassage(
        document: document, source: try row.decode("display_name"), text: try words.text(key),
        page: Int(try row.decode("page", as: Int64.self)), score: 0)
    }
    return found
  }
}
