internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// The SQL that reads audit logs; ``AuditLog`` writes them.
enum AuditStore {
  /// Entries after `index` in their order; about one subject where one is given.
  static func page(
    of subject: String, after index: Int64, limit: Int, merchant: MerchantID,
    _ database: some Querying
  ) async throws -> [Payaid.Voice.V1.AuditEntry] {
    var query: Query = """
      SELECT entry_index, time, kind, subject, payload, leaf_hash FROM audit_entries
      WHERE merchant_id = \(merchant.text) AND entry_index > \(index)
      """
    if !subject.isEmpty { query.append(" AND subject = \(subject)") }
    query.append(" ORDER BY entry_index LIMIT \(limit)")
    return try await database.query(query).map(read)
  }

  private static func read(_ row: Row) throws -> Payaid.Voice.V1.AuditEntry {
    var entry = Payaid.Voice.V1.AuditEntry()
    entry.index = try row.decode("entry_index")
    entry.time = try row.decode("time", as: Moment.self).timestamp
    entry.kind = try row.decode("kind")
    entry.subject = try row.decode("subject")
    entry.payload = try row.decode("payload")
    entry.leafHash = try row.decode("leaf_hash")
    return entry
  }
}
