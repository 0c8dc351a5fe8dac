internal import Domain
internal import Postgres

/// The SQL of call detail records. It reads the tables of calls, verdicts and the audit log.
enum CallRecordStore {
  /// A call with its record, to go on behind it.
  typealias Found = (call: String, record: CallDetailRecord)

  /// Leaves in the audit log who had people's numbers.
  static func noteExport(
    by principal: String, of merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO audit_inbox (merchant_id, kind, subject)
      VALUES (\(merchant.text), 'records.exported', \(principal))
      """)
  }

  /// Calls of a span, or those of one agent among them, behind `cursor`, oldest first.
  static func page(
    in span: ReportSpan, of merchant: MerchantID, agent: AgentID?, after cursor: String, limit: Int,
    hasFullNumbers: Bool, _ database: some Querying
  ) async throws -> [Found] {
    let calls = AnalyticsStore.calls(in: span, of: merchant, agent: agent)
    return try await database.query(
      """
      SELECT call_id, merchant_id, agent_id, agent_version::bigint, direction, caller_id,
        phone_number, carrier_id, dnd_status, language, create_time, dial_time, answer_time,
        end_time, duration_us, state, end_reason, cost_telephony + cost_model AS cost, revision,
        verdict.decision_id AS gate_decision_id, verdict.reason AS gate_reason,
        (SELECT call_id FROM call_metadata WHERE call_metadata.call_id = calls.call_id
          AND recording_url IS NOT NULL) AS recording_id,
        audit_seq(entry.number) AS audit_seq, audit_epoch(entry.number) AS audit_epoch
      FROM calls LEFT JOIN LATERAL (
        SELECT min(entry_index) AS number FROM audit_entries AS entries
        WHERE entries.merchant_id = calls.merchant_id AND entries.subject = calls.call_id
          AND kind = 'call.ended') AS entry ON true
      LEFT JOIN LATERAL (
        SELECT decisions.decision_id, coalesce(
          (SELECT result ->> 'rule' FROM jsonb_array_elements(decision -> 'results') AS result
            WHERE result ->> 'outcome' = 'FAIL' LIMIT 1), 'OK') AS reason
        FROM decisions WHERE decisions.merchant_id = calls.merchant_id
          AND decisions.call_id = calls.call_id
        ORDER BY evaluate_time DESC LIMIT 1) AS verdict ON true
      WHERE \(calls) AND call_id > \(cursor) ORDER BY call_id LIMIT \(limit)
      """
    ).map { row in
      (
        try row.decode("call_id"), try CallDetailRecord(row, hasFullNumbers: hasFullNumbers)
      )
    }
  }
}
