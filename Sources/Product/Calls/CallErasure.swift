package import Domain
package import Postgres

/// Erases calls of a person: their texts, values and recordings go, state, times and cost stay.
package struct CallErasure: CallErasing {
  private let recordings: Recordings

  package init(recordings: Recordings) { self.recordings = recordings }

  package func ended(
    of number: PhoneNumber, _ merchant: MerchantID, limit: Int, _ transaction: Transaction
  ) async throws -> [ErasableCall] {
    try await Self.read(
      """
      calls.merchant_id = \(merchant.text) AND calls.phone_number = \(number.e164)
        AND end_time IS NOT NULL
      ORDER BY calls.call_id LIMIT \(limit)
      """, transaction)
  }

  package func calls(
    _ ids: [CallID], _ transaction: Transaction
  ) async throws -> [ErasableCall] {
    try await Self.read("calls.call_id = ANY(\(ids.map(\.text))::text[])", transaction)
  }

  private static func read(
    _ condition: Query, _ transaction: Transaction
  ) async throws -> [ErasableCall] {
    let rows = try await transaction.query(
      """
      SELECT calls.call_id, end_time, recording_url, \(CallMetadataStore.isRecovery) AS is_recovery
      FROM calls JOIN call_metadata ON call_metadata.call_id = calls.call_id WHERE \(condition)
      """)
    return try rows.compactMap { row in
      guard let id = CallID(try row.decode("call_id", as: String.self)) else { return nil }
      return ErasableCall(
        id: id, endTime: try row.decode("end_time"),
        recordingURL: try row.decode("recording_url"), isRecovery: try row.decode("is_recovery"))
    }
  }

  package func openCount(
    of number: PhoneNumber, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Int {
    let rows = try await transaction.query(
      """
      SELECT count(*) AS count FROM calls
      WHERE merchant_id = \(merchant.text) AND phone_number = \(number.e164) AND end_time IS NULL
      """)
    return try rows[0].decode("count")
  }

  package func deleteRecording(of call: ErasableCall) async throws {
    if let url = call.recordingURL { try await recordings.delete(url) }
    await recordings.discard(call.id)
  }

  package func erase(
    _ calls: [ErasableCall], _ transaction: Transaction
  ) async throws -> [ErasableCall] {
    let ids = calls.map(\.id.text)
    // Whoever ends a call locks its row before what lies beside it.
    try await transaction.execute(
      "SELECT FROM calls WHERE call_id = ANY(\(ids)::text[]) ORDER BY call_id FOR UPDATE")
    let rows = try await transaction.query(
      """
      WITH gone AS (
        UPDATE call_metadata SET variables = '{}', metadata = NULL, webhook_url = '',
          transcript = NULL, analysis = NULL, sentiment = NULL, actions_executed = '[]',
          recording_url = NULL, recording_key = NULL, held_until = NULL, erase_time = now()
        WHERE call_id = ANY(\(ids)::text[]) AND erase_time IS NULL
          AND (recording_url IS NULL
            OR recording_url = ANY(\(calls.compactMap(\.recordingURL))::text[]))
        RETURNING call_id
      )
      UPDATE calls SET phone_number = NULL, carrier_id = NULL, settle_after = NULL,
        revision = revision + 1, erase_time = coalesce(erase_time, now())
      FROM gone WHERE calls.call_id = gone.call_id RETURNING calls.call_id
      """)
    let gone = Set(try rows.map { try $0.decode("call_id", as: String.self) })
    try await Self.deleteEvents(of: Array(gone), transaction)
    return calls.filter { gone.contains($0.id.text) }
  }

  package func hold(
    _ call: CallID, until moment: Moment, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE calls SET phone_number = NULL, carrier_id = NULL, settle_after = NULL,
        erase_time = now(), revision = revision + 1
      WHERE call_id = \(call.text)
      """)
    try await transaction.execute(
      "UPDATE call_metadata SET held_until = \(moment) WHERE call_id = \(call.text)")
    // What was said is in the transcript, too.
    try await Self.deleteEvents(of: [call.text], transaction)
  }

  private static func deleteEvents(
    of calls: [String], _ transaction: Transaction
  ) async throws {
    try await transaction.execute("DELETE FROM call_events WHERE call_id = ANY(\(calls)::text[])")
  }
}
