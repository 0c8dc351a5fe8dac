internal import Domain
internal import Postgres
internal import Protobuf
internal import TransparencyLog
internal import VoiceAPI

/// All SQL of audit logs.
enum AuditStore {
  typealias V1 = Payaid.Voice.V1

  // MARK: Writing

  /// Makes room for one more entry and locks the log to the transaction's end. Servers of the version
  /// before append without the tree: what is not in it yet is put there.
  static func lock(_ merchant: MerchantID, _ transaction: Transaction) async throws -> AuditHead {
    let rows = try await transaction.query(
      """
      INSERT INTO audit_logs (merchant_id, size) VALUES (\(merchant.text), 1)
      ON CONFLICT (merchant_id) DO UPDATE SET size = audit_logs.size + 1
      RETURNING size - 1 AS size, tree_size, frontier
      """)
    return try await head(rows[0], merchant, transaction)
  }

  /// The tree of all entries, brought up to date; `nil` for a log without an entry. Locks it only where
  /// that is needed.
  static func tree(
    of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> MerkleFrontier? {
    let log: Query = """
      SELECT size, tree_size, frontier FROM audit_logs WHERE merchant_id = \(merchant.text)
      """
    guard let row = try await transaction.query(log).first else { return nil }
    let size: Int64 = try row.decode("size")
    if size == (try row.decode("tree_size", as: Int64.self)) { return try frontier(row) }
    guard let locked = try await transaction.query("\(log) FOR UPDATE").first else { return nil }
    let head = try await head(locked, merchant, transaction)
    try await store(head, merchant, transaction)
    return head.frontier
  }

  private static func frontier(_ row: Row) throws -> MerkleFrontier {
    let size: Int64 = try row.decode("tree_size")
    guard
      let frontier = MerkleFrontier(
        size: size, bytes: try row.decode("frontier", as: [UInt8].self))
    else { throw PostgresError(.invalidValue, "an audit log's frontier is none of \(size) leaves") }
    return frontier
  }

  private static func head(
    _ row: Row, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> AuditHead {
    var head = AuditHead(try frontier(row))
    let size: Int64 = try row.decode("size")
    let start = min(head.frontier.size, size - 1)
    let entries = try await transaction.query(
      """
      SELECT entry_index, time, leaf_hash FROM audit_entries
      WHERE merchant_id = \(merchant.text) AND entry_index >= \(start) AND entry_index < \(size)
      ORDER BY entry_index
      """)
    for entry in entries {
      head.read(
        try entry.decode("entry_index"), try hash(entry, "leaf_hash"),
        at: try entry.decode("time"))
    }
    guard head.frontier.size == size else {
      throw PostgresError(.invalidValue, "an audit log lacks entries before \(size)")
    }
    return head
  }

  /// Stores an entry with its payload, and the tree that has it, at once: calls wait for it.
  static func insert(
    _ entry: LogEntry, at time: Moment, leaf: MerkleHash, salt: [UInt8], payload: [UInt8],
    _ head: AuditHead, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      WITH entry AS (
        INSERT INTO audit_entries
          (merchant_id, entry_index, time, kind, subject, payload, leaf_hash)
        VALUES (\(merchant.text), \(entry.seq), \(time), \(entry.event), \(entry.subject),
          \(entry.bytes), \(leaf.bytes))
      ), payload AS (
        INSERT INTO audit_payloads (merchant_id, entry_index, salt, payload)
        VALUES (\(merchant.text), \(entry.seq), \(salt), \(payload))
      ), \(tree(head, merchant))
      """)
  }

  private static func store(
    _ head: AuditHead, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute("WITH \(tree(head, merchant))")
  }

  /// The end of a statement that stores a tree.
  private static func tree(_ head: AuditHead, _ merchant: MerchantID) -> Query {
    """
    node AS (
      INSERT INTO audit_nodes (merchant_id, level, node_index, hash)
      SELECT \(merchant.text), level, node_index, decode(hash, 'hex')
      FROM unnest(\(head.nodes.map { Int64($0.place.level) })::bigint[],
        \(head.nodes.map(\.place.index))::bigint[], \(head.nodes.map(\.hash.hex))::text[])
        AS new (level, node_index, hash)
    )
    UPDATE audit_logs SET tree_size = \(head.frontier.size), frontier = \(head.frontier.bytes)
    WHERE merchant_id = \(merchant.text)
    """
  }

  // MARK: Reading

  /// Entries after `index` in their order; about one subject where one is given.
  static func page(
    of subject: String, after index: Int64, limit: Int, merchant: MerchantID,
    _ database: some Querying
  ) async throws -> [V1.AuditEntry] {
    var query: Query = """
      SELECT entry_index, time, kind, subject, entries.payload AS entry, leaf_hash,
        payloads.payload AS payload, salt
      FROM audit_entries AS entries LEFT JOIN audit_payloads AS payloads
        USING (merchant_id, entry_index)
      WHERE merchant_id = \(merchant.text) AND entry_index > \(index)
      """
    if !subject.isEmpty { query.append(" AND subject = \(subject)") }
    query.append(" ORDER BY entry_index LIMIT \(limit)")
    return try await database.query(query).map(read)
  }

  private static func read(_ row: Row) throws -> V1.AuditEntry {
    var entry = V1.AuditEntry()
    entry.index = try row.decode("entry_index")
    entry.time = try row.decode("time", as: Moment.self).timestamp
    entry.kind = try row.decode("kind")
    entry.subject = try row.decode("subject")
    entry.entry = try row.decode("entry")
    entry.leafHash = try row.decode("leaf_hash")
    entry.salt = try row.decode("salt", as: [UInt8]?.self) ?? []
    entry.payload = try row.decode("payload", as: [UInt8]?.self) ?? []
    // Those of before are their payload.
    if entry.payload.isEmpty, LogEntry(entry.entry) == nil { entry.payload = entry.entry }
    return entry
  }

  /// The hashes of a proof. All of its leaves are in the tree.
  static func proof(
    _ spans: [MerkleSpan], _ merchant: MerchantID, _ database: some Querying
  ) async throws -> [MerkleHash] {
    let places = spans.flatMap(\.places)
    guard !places.isEmpty else { return [] }
    var hashes = try await leaves(
      places.filter { $0.level == 0 }.map(\.index), merchant, database)
    for row in try await database.query(
      """
      SELECT level, node_index, hash FROM audit_nodes WHERE merchant_id = \(merchant.text)
        AND (level, node_index) IN (SELECT level, node_index
          FROM unnest(\(places.map { Int64($0.level) })::bigint[],
            \(places.map(\.index))::bigint[]) AS place (level, node_index))
      """)
    {
      let place = MerklePlace(
        level: Int(try row.decode("level", as: Int64.self)),
        index: try row.decode("node_index", as: Int64.self))
      hashes[place] = try hash(row, "hash")
    }
    return try spans.map { span in
      MerkleSpan.root(
        of: try span.places.map {
          guard let hash = hashes[$0] else {
            throw PostgresError(.invalidValue, "an audit log's tree lacks a node")
          }
          return hash
        })
    }
  }

  private static func leaves(
    _ indices: [Int64], _ merchant: MerchantID, _ database: some Querying
  ) async throws -> [MerklePlace: MerkleHash] {
    guard !indices.isEmpty else { return [:] }
    var hashes: [MerklePlace: MerkleHash] = [:]
    for row in try await database.query(
      """
      SELECT entry_index, leaf_hash FROM audit_entries
      WHERE merchant_id = \(merchant.text) AND entry_index = ANY(\(indices))
      """)
    {
      let place = MerklePlace(level: 0, index: try row.decode("entry_index"))
      hashes[place] = try hash(row, "leaf_hash")
    }
    return hashes
  }

  private static func hash(_ row: Row, _ column: String) throws -> MerkleHash {
    guard let hash = MerkleHash(try row.decode(column, as: [UInt8].self)) else {
      throw PostgresError(.invalidValue, "a hash of an audit log has not 32 bytes")
    }
    return hash
  }
}
