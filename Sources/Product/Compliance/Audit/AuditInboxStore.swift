internal import Domain
internal import Postgres

/// The SQL of what is not in an audit log yet. It reads the tables of accounts and calls.
enum AuditInboxStore {
  /// What the clerk can tell of. Something else is a later version's, and waits for its servers.
  enum Kind: String, CaseIterable {
    case callEnded = "call.ended"
    case recordingDeleted = "recording.deleted"
    case recordsExported = "records.exported"
    case kycReviewed = "kyc.reviewed"
    case dltBinding = "dlt.binding"
    case templateReviewed = "template.reviewed"
  }

  private static let kinds = Kind.allCases.map(\.rawValue)

  /// Merchants of whom something waits.
  static func merchants(limit: Int, _ transaction: Transaction) async throws -> [MerchantID] {
    let rows = try await transaction.query(
      """
      SELECT merchant_id FROM merchants
      WHERE EXISTS (SELECT FROM audit_inbox
        WHERE merchant_id = merchants.merchant_id AND kind = ANY(\(kinds)))
      ORDER BY merchant_id LIMIT \(limit)
      """)
    return try rows.compactMap { MerchantID(try $0.decode("merchant_id", as: String.self)) }
  }

  /// Takes the oldest of what waits; nobody else gets it unless the transaction fails.
  static func take(
    limit: Int, of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [(kind: Kind, subject: String)] {
    let rows = try await transaction.query(
      """
      WITH taken AS (DELETE FROM audit_inbox WHERE position IN (SELECT position FROM audit_inbox
          WHERE merchant_id = \(merchant.text) AND kind = ANY(\(kinds))
          ORDER BY position LIMIT \(limit)
          FOR UPDATE SKIP LOCKED) RETURNING position, kind, subject)
      SELECT kind, subject FROM taken ORDER BY position
      """)
    return try rows.compactMap { row in
      guard let kind = Kind(rawValue: try row.decode("kind")) else { return nil }
      return (kind, try row.decode("subject"))
    }
  }

  /// What the log will say of it.
  static func note(
    on kind: Kind, _ subject: String, of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> AuditNote {
    switch kind {
    case .callEnded: try await call(subject, transaction)
    case .recordingDeleted, .recordsExported: AuditNote(subject: subject, actor: calls)
    case .kycReviewed: try await review(subject, of: merchant, transaction)
    case .dltBinding: try await binding(subject, of: merchant, transaction)
    case .templateReviewed: try await templateReview(subject, of: merchant, transaction)
    }
  }

  private static let calls = "system:calls"

  /// Locks the call: an erasure of its person comes before, and there is no number any more, or finds the entry.
  private static func call(
    _ id: String, _ transaction: Transaction
  ) async throws -> AuditNote {
    let rows = try await transaction.query(
      """
      SELECT agent_id, coalesce(agent_version, 0)::text AS agent_version, direction, state, end_reason,
        language, dnd_status, coalesce(decision_id, '') AS decision_id, phone_number, create_time,
        dial_time, answer_time, end_time, duration_us::text AS duration_us,
        (cost_telephony + cost_model)::text AS cost_micros,
        coalesce((SELECT recording_answer FROM call_metadata
          WHERE call_metadata.call_id = calls.call_id), '') AS recording_answer
      FROM calls WHERE call_id = \(id) FOR SHARE
      """)
    var note = AuditNote(subject: id, actor: calls)
    guard let row = rows.first else { return note }
    note.texts = try texts(
      [
        "agent_id", "agent_version", "direction", "state", "end_reason", "language", "dnd_status",
        "decision_id", "duration_us", "cost_micros", "recording_answer",
      ], times: ["create_time", "dial_time", "answer_time", "end_time"], row)
    note.phoneNumber = try row.decode("phone_number", as: String?.self).flatMap { PhoneNumber($0) }
    return note
  }

  private static func review(
    _ id: String, of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> AuditNote {
    let rows = try await transaction.query(
      """
      SELECT outcome, \(decision) FROM kyc_reviews WHERE review_id = \(Int64(id) ?? 0)
      """)
    return try decided(["outcome"], rows.first, merchant.text)
  }

  private static func binding(
    _ id: String, of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> AuditNote {
    let rows = try await transaction.query(
      """
      SELECT outcome, entity_id, telemarketer_id, \(decision) FROM dlt_bindings
      WHERE binding_id = \(Int64(id) ?? 0)
      """)
    return try decided(
      ["outcome", "entity_id", "telemarketer_id"], rows.first, merchant.text)
  }

  private static func templateReview(
    _ id: String, of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> AuditNote {
    let rows = try await transaction.query(
      """
      SELECT template_id, outcome, \(decision) FROM call_template_reviews
      WHERE review_id = \(Int64(id) ?? 0)
      """)
    let template = try rows.first?.decode("template_id", as: String.self)
    return try decided(["outcome"], rows.first, template ?? merchant.text)
  }

  /// What every decision of the operator's has, with the plain address of who decided, as the merchant may know.
  private static let decision: Query = """
    reviewer, method, reason, coalesce(encode(evidence, 'hex'), '') AS evidence, create_time, expire_time
    """

  private static func decided(
    _ names: [String], _ row: Row?, _ subject: String
  ) throws -> AuditNote {
    var note = AuditNote(subject: subject, actor: "system:operator")
    if let row {
      note.texts = try texts(
        names + ["reviewer", "method", "reason", "evidence"],
        times: ["create_time", "expire_time"], row)
    }
    return note
  }

  /// Columns that are not empty.
  private static func texts(
    _ names: [String], times: [String], _ row: Row
  ) throws -> [(name: String, value: String)] {
    let texts = try names.map { (name: $0, value: try row.decode($0, as: String.self)) }
    let moments = try times.map {
      (name: $0, value: try row.decode($0, as: Moment?.self)?.iso8601 ?? "")
    }
    return (texts + moments).filter { !$0.value.isEmpty }
  }
}
