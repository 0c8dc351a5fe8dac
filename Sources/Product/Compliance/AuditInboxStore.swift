internal import Domain
internal import Postgres

/// The SQL of what is not in an audit log yet. It reads the tables of calls.
enum AuditInboxStore {
  /// Merchants of whom something waits.
  static func merchants(limit: Int, _ transaction: Transaction) async throws -> [MerchantID] {
    let rows = try await transaction.query(
      """
      SELECT merchant_id FROM merchants
      WHERE EXISTS (SELECT FROM audit_inbox WHERE merchant_id = merchants.merchant_id)
      ORDER BY merchant_id LIMIT \(limit)
      """)
    return try rows.compactMap { MerchantID(try $0.decode("merchant_id", as: String.self)) }
  }

  /// Takes the oldest of what waits; nobody else gets it unless the transaction fails.
  static func take(
    limit: Int, of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [(kind: String, subject: String)] {
    let rows = try await transaction.query(
      """
      WITH taken AS (DELETE FROM audit_inbox WHERE position IN (SELECT position FROM audit_inbox
          WHERE merchant_id = \(merchant.text) ORDER BY position LIMIT \(limit)
          FOR UPDATE SKIP LOCKED) RETURNING position, kind, subject)
      SELECT kind, subject FROM taken ORDER BY position
      """)
    return try rows.map { (try $0.decode("kind"), try $0.decode("subject")) }
  }

  /// What a call was.
  static func call(_ id: String, _ transaction: Transaction) async throws -> EndedCall? {
    let rows = try await transaction.query(
      """
      SELECT agent_id, coalesce(agent_version, 0)::text AS agent_version, direction, state, end_reason,
        language, dnd_status, coalesce(decision_id, '') AS decision_id, phone_number, create_time,
        dial_time, answer_time, end_time, duration_us::text AS duration_us,
        (cost_telephony + cost_model)::text AS cost_micros,
        coalesce((SELECT recording_answer FROM call_metadata
          WHERE call_metadata.call_id = calls.call_id), '') AS recording_answer
      FROM calls WHERE call_id = \(id)
      """)
    return try rows.first.map(read)
  }

  private static func read(_ row: Row) throws -> EndedCall {
    var texts: [(String, String)] = []
    for name in [
      "agent_id", "agent_version", "direction", "state", "end_reason", "language", "dnd_status",
      "decision_id", "duration_us", "cost_micros", "recording_answer",
    ] {
      let text: String = try row.decode(name)
      if !text.isEmpty { texts.append((name, text)) }
    }
    for name in ["create_time", "dial_time", "answer_time", "end_time"] {
      if let time = try row.decode(name, as: Moment?.self) { texts.append((name, time.iso8601)) }
    }
    return EndedCall(
      texts: texts,
      phoneNumber: try row.decode("phone_number", as: String?.self).flatMap { PhoneNumber($0) })
  }
}
