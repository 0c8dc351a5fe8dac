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
      RETURNING size - 1 AS size, epoch, tree_size, frontier
      """)
    return try await head(rows[0], merchant, transaction)
  }

  /// Lets nobody append to the merchant's log to the transaction's end.
  static func lockRow(of merchant: MerchantID, _ transaction: Transaction) async throws {
    try await transaction.execute(
      "SELECT FROM audit_logs WHERE merchant_id = \(merchant.text) FOR UPDATE")
  }

  /// The current log with the tree of all its entries, brought up to date. Locks it only where that is
  /// needed.
  static func end(
    of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> (epoch: AuditEpoch, tree: MerkleFrontier) {
    let log: Query = """
      SELECT size, epoch, tree_size, frontier FROM audit_logs
      WHERE merchant_id = \(merchant.text)
      """
    let none = (AuditEpoch(merchant: merchant, number: 1), MerkleFrontier())
    guard let row = try await transaction.query(log).first else { return none }
    let size: Int64 = try row.decode("size")
    if size == (try row.decode("tree_size", as: Int64.self)) {
      return (try epoch(row, merchant), try frontier(row))
    }
    guard let locked = try await transaction.query("\(log) FOR UPDATE").first else { return none }
    let head = try await head(locked, merchant, transaction)
    try await store(head, transaction)
    return (head.epoch, head.frontier)
  }

  private static func epoch(_ row: Row, _ merchant: MerchantID) throws -> AuditEpoch {
    AuditEpoch(merchant: merchant, number: try row.decode("epoch"))
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
    let epoch = try epoch(row, merchant)
    var head = AuditHead(epoch, try frontier(row))
    let size: Int64 = try row.decode("size")
    let start = min(head.frontier.size, size - 1)
    let entries = try await transaction.query(
      """
      SELECT entry_index, time, leaf_hash FROM audit_entries
      WHERE merchant_id = \(merchant.text)
        AND entry_index >= \(epoch.position(start)) AND entry_index < \(epoch.position(size))
      ORDER BY entry_index
      """)
    for entry in entries {
      head.read(
        try entry.decode("entry_index", as: Int64.self) - epoch.base, try hash(entry, "leaf_hash"),
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
    _ head: AuditHead, _ transaction: Transaction
  ) async throws {
    let (merchant, position) = (head.epoch.merchant, head.epoch.position(entry.seq))
    try await transaction.execute(
      """
      WITH entry AS (
        INSERT INTO audit_entries
          (merchant_id, entry_index, time, kind, subject, payload, leaf_hash)
        VALUES (\(merchant.text), \(position), \(time), \(entry.event), \(entry.subject),
          \(entry.bytes), \(leaf.bytes))
      ), payload AS (
        INSERT INTO audit_payloads (merchant_id, entry_index, salt, payload)
        VALUES (\(merchant.text), \(position), \(salt), \(payload))
      ), \(tree(head))
      """)
  }

  private static func store(
    _ head: AuditHead, _ transaction: Transaction
  ) async throws {
    try await transaction.execute("WITH \(tree(head))")
  }

  /// The end of a statement that stores a tree.
  private static func tree(_ head: AuditHead) -> Query {
    let merchant = head.epoch.merchant
    let places = head.nodes.map { head.epoch.position($0.place) }
    return """
      node AS (
        INSERT INTO audit_nodes (merchant_id, level, node_index, hash)
        SELECT \(merchant.text), level, node_index, decode(hash, 'hex')
        FROM unnest(\(places.map { Int64($0.level) })::bigint[],
          \(places.map(\.index))::bigint[], \(head.nodes.map(\.hash.hex))::text[])
          AS new (level, node_index, hash)
      )
      UPDATE audit_logs SET tree_size = \(head.frontier.size), frontier = \(head.frontier.bytes)
      WHERE merchant_id = \(merchant.text)
      """
  }

  // MARK: Reading

  /// Entries of an epoch behind one in their order.
  static func page(
    after index: Int64, limit: Int, in epoch: AuditEpoch,
    _ database: some Querying
  ) async throws -> [V1.AuditEntry] {
    try await page(
      of: "", .oldestFirst, in: epoch.position(index + 1)..<epoch.end, limit: limit,
      merchant: epoch.merchant, database)
  }

  /// Entries between two positions in an order; about one subject where one is given.
  static func page(
    of subject: String, _ order: AuditOrder, in range: Range<Int64>, limit: Int,
    merchant: MerchantID, _ database: some Querying
  ) async throws -> [V1.AuditEntry] {
    var query: Query = """
      SELECT entry_index, time, kind, subject, entries.payload AS entry, leaf_hash,
        payloads.payload AS payload, salt
      FROM audit_entries AS entries LEFT JOIN audit_payloads AS payloads
        USING (merchant_id, entry_index)
      WHERE merchant_id = \(merchant.text)
        AND entry_index >= \(range.lowerBound) AND entry_index < \(range.upperBound)
      """
    if !subject.isEmpty { query.append(" AND subject = \(subject)") }
    switch order {
    case .oldestFirst: query.append(" ORDER BY entry_index")
    case .newestFirst: query.append(" ORDER BY entry_index DESC")
    }
    query.append(" LIMIT \(limit)")
    return try await database.query(query).map(read)
  }

  private static func read(_ row: Row) throws -> V1.AuditEntry {
    var entry = V1.AuditEntry()
    (entry.epoch, entry.index) = AuditEpoch.split(try row.decode("entry_index"))
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
    _ spans: [MerkleSpan], in epoch: AuditEpoch, _ database: some Querying
  ) async throws -> [MerkleHash] {
    let places = spans.flatMap(\.places).map(epoch.position)
    guard !places.isEmpty else { return [] }
    var hashes = try await leaves(
      places.filter { $0.level == 0 }.map(\.index), epoch.merchant, database)
    for row in try await database.query(
      """
      SELECT level, node_index, hash FROM audit_nodes WHERE merchant_id = \(epoch.merchant.text)
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
          guard let hash = hashes[epoch.position($0)] else {
            throw PostgresError(.invalidValue, "an audit log's tree lacks a node")
          }
          return hash
        })
    }
  }

  private static func leaves(
    _ positions: [Int64], _ merchant: MerchantID, _ database: some Querying
  ) async throws -> [MerklePlace: MerkleHash] {
    guard !positions.isEmpty else { return [:] }
    var hashes: [MerklePlace: MerkleHash] = [:]
    for row in try await database.query(
      """
      SELECT entry_index, leaf_hash FROM audit_entries
      WHERE merchant_id = \(merchant.text) AND entry_index = ANY(\(positions))
      """)
    {
      let place = MerklePlace(level: 0, index: try row.decode("entry_index"))
      hashes[place] = try hash(row, "leaf_hash")
    }
    return hashes
  }

  static func hash(_ row: Row, _ column: String) throws -> MerkleHash {
    guard let hash = MerkleHash(try row.decode(column, as: [UInt8].self)) else {
      throw PostgresError(.invalidValue, "a hash of an audit log has not 32 bytes")
    }
    return hash
  }
}
