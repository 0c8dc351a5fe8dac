internal import Conversation
internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// What lies beside a call's row.
enum CallMetadataStore {
  typealias V1 = Payaid.Voice.V1

  /// Adds transcript, variables, metadata, quality and the rest to `call`.
  static func fill(_ call: inout V1.Call, _ id: CallID, _ transaction: Transaction) async throws {
    let rows = try await transaction.query(
      """
      SELECT variables::text AS variables, metadata::text AS metadata, webhook_url,
        transcript::text AS transcript, quality::text AS quality,
        actions_executed::text AS "toolExecutions", recording_url, recording_answer, sentiment,
        analysis::text AS analysis
      FROM call_metadata WHERE call_id = \(id.text)
      """)
    guard let row = rows.first else { return }
    let stored = try V1.Call(json: Self.object(row))
    call.variables = stored.variables
    call.metadata = stored.metadata
    call.quality = stored.quality
    call.toolExecutions = stored.toolExecutions
    call.analysis = stored.analysis
    call.webhookUrl = try row.decode("webhook_url")
    call.recordingAvailable = try row.decode("recording_url", as: String?.self) != nil
    call.recordingAnswer = answer(try row.decode("recording_answer", as: String?.self))
    call.sentiment = sentiment(try row.decode("sentiment", as: String?.self))
    call.transcript = stored.transcript
    if try row.decode("transcript", as: String?.self) == nil {
      call.transcript = try await CallEventStore.transcript(of: id, transaction)
    }
  }

  /// The JSON columns as one ProtoJSON call.
  private static func object(_ row: Row) throws -> [UInt8] {
    let names = ["variables", "metadata", "transcript", "quality", "toolExecutions", "analysis"]
    let parts = try names.compactMap { name in
      try row.decode(name, as: String?.self).map { "\"\(name)\":\($0)" }
    }
    return Array("{\(parts.joined(separator: ","))}".utf8)
  }

  private static func answer(_ text: String?) -> V1.RecordingAnswer {
    switch text.flatMap(RecordingAnswer.init) {
    case .granted: .granted
    case .refused: .refused
    case .unanswered: .unanswered
    case nil: .unspecified
    }
  }

  private static func sentiment(_ text: String?) -> V1.Sentiment {
    switch text {
    case "positive": .positive
    case "neutral": .neutral
    case "negative": .negative
    default: .unspecified
    }
  }

  /// Writes a call's transcript, quality and the answer about its recording when it has ended.
  static func finish(
    _ id: CallID, transcript: [V1.TranscriptEntry], quality: V1.CallQuality?,
    answer: RecordingAnswer? = nil, _ transaction: Transaction
  ) async throws {
    let entries = try transcript.map { entry in
      var entry = entry
      // PostgreSQL keeps no U+0000, and a model's text may have one.
      entry.text = entry.text.replacing("\0", with: " ")
      return String(decoding: try entry.json(), as: UTF8.self)
    }
    let qualityJSON = try quality.map { String(decoding: try $0.json(), as: UTF8.self) }
    try await transaction.execute(
      """
      UPDATE call_metadata SET transcript = \("[\(entries.joined(separator: ","))]")::jsonb,
        quality = \(qualityJSON)::jsonb, recording_answer = \(answer?.rawValue)
      WHERE call_id = \(id.text)
      """)
  }

  /// Locks what lies beside a call whose end was written without a report, and says whether there is a
  /// transcript; `nil` where a report was written, or what there was is erased.
  static func lockUnreported(
    _ id: CallID, _ transaction: Transaction
  ) async throws -> Bool? {
    let rows = try await transaction.query(
      """
      SELECT coalesce(jsonb_array_length(transcript), 0) > 0 AS has_transcript FROM call_metadata
      WHERE call_id = \(id.text) AND quality IS NULL AND erase_time IS NULL FOR UPDATE
      """)
    return try rows.first.map { try $0.decode("has_transcript") }
  }

  /// Notes a function that was carried out, behind those before; once, and for no erased call.
  static func add(
    _ execution: V1.ToolExecution, to id: CallID, _ transaction: Transaction
  ) async throws {
    let json = String(decoding: try execution.json(), as: UTF8.self)
    try await transaction.execute(
      """
      UPDATE call_metadata SET actions_executed = actions_executed || \(json)::jsonb
      WHERE call_id = \(id.text) AND erase_time IS NULL
        AND NOT actions_executed @> jsonb_build_array(
          jsonb_build_object('toolCallId', \(execution.toolCallId)::text))
      """)
  }

  /// Notes where the recording is, and its wrapped key; false for a call that was erased, which gets
  /// none any more.
  @discardableResult
  static func setRecording(
    _ id: CallID, url: String, wrappedKey: [UInt8], _ transaction: Transaction
  ) async throws -> Bool {
    try await transaction.execute(
      """
      UPDATE call_metadata SET recording_url = \(url), recording_key = \(wrappedKey)
      WHERE call_id = \(id.text) AND erase_time IS NULL
      """) == 1
  }

  /// Whether nothing of what lay beside the call may be there any more.
  static func isErased(_ id: CallID, _ transaction: Transaction) async throws -> Bool {
    let rows = try await transaction.query(
      """
      SELECT 1 AS one FROM call_metadata
      WHERE call_id = \(id.text) AND erase_time IS NOT NULL
      """)
    return !rows.isEmpty
  }

  /// Where the recording is, and its wrapped key; `nil` when there is none.
  static func recording(
    of id: CallID, _ transaction: Transaction
  ) async throws -> (url: String, wrappedKey: [UInt8])? {
    let rows = try await transaction.query(
      """
      SELECT recording_url, recording_key FROM call_metadata
      WHERE call_id = \(id.text) AND recording_url IS NOT NULL
      """)
    return try rows.first.map {
      (try $0.decode("recording_url"), try $0.decode("recording_key"))
    }
  }

  /// Whether there is a recording, once whoever is about to delete it has done so.
  static func isRecordingKept(of id: CallID, _ transaction: Transaction) async throws -> Bool {
    let rows = try await transaction.query(
      """
      SELECT 1 AS one FROM call_metadata
      WHERE call_id = \(id.text) AND recording_url IS NOT NULL FOR SHARE
      """)
    return !rows.isEmpty
  }

  /// Whether a call's agent recovers loans, by the version that it was made with. Reads the tables of agents.
  static let isRecovery: Query = """
    coalesce(coalesce(
        (SELECT config->>'purpose' FROM agent_versions
          WHERE agent_versions.agent_id = calls.agent_id AND version = calls.agent_version),
        (SELECT config->>'purpose' FROM agents WHERE agents.agent_id = calls.agent_id))
      = 'CALL_PURPOSE_RECOVERY', false)
    """

  /// A recording whose own time is over.
  struct OldRecording: Sendable {
    let call: String
    let url: String
    let endTime: Moment
    /// Whether it is of a call that recovers a loan.
    let isRecovery: Bool
  }

  /// Locks recordings of calls that ended before `moment`, at most `limit` that nobody else has locked
  /// and no rule is known to keep longer than `now`.
  ///
  /// Calls end about in the order of their ids, so the old ones are among the first: no index of
  /// ends is paid for by every call.
  static func lockOldRecordings(
    endedBefore moment: Moment, at now: Moment, limit: Int, _ transaction: Transaction
  ) async throws -> [OldRecording] {
    let rows = try await transaction.query(
      """
      SELECT m.call_id, m.recording_url, calls.end_time, \(isRecovery) AS is_recovery
      FROM call_metadata m JOIN calls ON calls.call_id = m.call_id
      WHERE m.call_id = ANY(ARRAY(
          SELECT call_id FROM call_metadata WHERE recording_url IS NOT NULL AND held_until IS NULL
            AND coalesce(keep_recording_until, '-infinity') <= \(now)
          ORDER BY call_id LIMIT 200))
        AND m.recording_url IS NOT NULL AND m.held_until IS NULL AND calls.end_time < \(moment)
      ORDER BY m.call_id LIMIT \(limit) FOR UPDATE OF m SKIP LOCKED
      """)
    return try rows.map {
      OldRecording(
        call: try $0.decode("call_id"), url: try $0.decode("recording_url"),
        endTime: try $0.decode("end_time"), isRecovery: try $0.decode("is_recovery"))
    }
  }

  /// Has recordings passed by until a while after the ends of their calls.
  static func keepRecordings(
    of calls: [String], for lifetime: Duration, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE call_metadata m
      SET keep_recording_until
        = calls.end_time + \("\(lifetime.components.seconds) seconds")::interval
      FROM calls WHERE calls.call_id = m.call_id AND m.call_id = ANY(\(calls)::text[])
      """)
  }

  /// Forgets where the recordings of these calls are, and their keys: without its key no backup of
  /// an object can be heard.
  static func clearRecordings(of calls: [String], _ transaction: Transaction) async throws {
    try await transaction.execute(
      """
      UPDATE call_metadata SET recording_url = NULL, recording_key = NULL
      WHERE call_id = ANY(\(calls)::text[])
      """)
  }
}
