internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// All SQL of analyses. Every function runs in the caller's transaction.
enum CallAnalysisStore {
  typealias V1 = Payaid.Voice.V1

  /// What was said in a call that is not analysed yet; `nil` when it is, when its person was erased,
  /// or when there is no such call.
  static func transcriptToAnalyze(
    _ id: CallID, _ transaction: Transaction
  ) async throws -> [V1.TranscriptEntry]? {
    let rows = try await transaction.query(
      """
      SELECT transcript::text AS transcript FROM call_metadata
      WHERE call_id = \(id.text) AND analysis IS NULL AND erase_time IS NULL
        AND held_until IS NULL
      """)
    guard let row = rows.first else { return nil }
    let entries = try row.decode("transcript", as: String?.self) ?? "[]"
    return try V1.Call(json: Array("{\"transcript\":\(entries)}".utf8)).transcript
  }

  /// Keeps what was found and adds what finding it cost; the call as it then is, `nil` when it was
  /// analysed, or its person erased, meanwhile.
  static func keep(
    _ findings: CallFindings, of id: CallID, model: String, cost: Rupees,
    _ transaction: Transaction
  ) async throws -> CallRecord? {
    let analysis = findings.proto(model: model, time: WallClock.now)
    let rows = try await transaction.query(
      """
      WITH analysed AS (
        UPDATE call_metadata SET sentiment = \(findings.sentiment.rawValue),
          analysis = \(String(decoding: try analysis.json(), as: UTF8.self))::jsonb
        WHERE call_id = \(id.text) AND analysis IS NULL AND erase_time IS NULL
          AND held_until IS NULL
        RETURNING call_id
      )
      UPDATE calls SET cost_model = cost_model + \(cost.micros), revision = revision + 1
      FROM analysed WHERE calls.call_id = analysed.call_id
      RETURNING \(CallRecord.columns)
      """)
    return try rows.first.map(CallRecord.init)
  }
}
