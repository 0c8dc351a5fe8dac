internal import Domain
internal import Postgres
internal import Protobuf
internal import Schema

/// What lies beside a call's row.
enum CallMetadataStore {
  typealias V1 = Payaid.Voice.V1

  /// Adds transcript, variables, metadata, quality and the rest to `call`.
  static func fill(_ call: inout V1.Call, _ id: CallID, _ transaction: Transaction) async throws {
    let rows = try await transaction.query(
      """
      SELECT variables::text AS variables, metadata::text AS metadata, webhook_url,
        transcript::text AS transcript, quality::text AS quality,
        actions_executed::text AS "toolExecutions", recording_url, sentiment,
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

  private static func sentiment(_ text: String?) -> V1.Sentiment {
    switch text {
    case "positive": .positive
    case "neutral": .neutral
    case "negative": .negative
    default: .unspecified
    }
  }

  /// Writes a call's transcript, quality and recording when it has ended.
  static func finish(
    _ id: CallID, transcript: [V1.TranscriptEntry], quality: V1.CallQuality?,
    _ transaction: Transaction
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
        quality = \(qualityJSON)::jsonb
      WHERE call_id = \(id.text)
      """)
  }

  /// Notes a function that was carried out, behind those before.
  static func add(
    _ execution: V1.ToolExecution, to id: CallID, _ transaction: Transaction
  ) async throws {
    let json = String(decoding: try execution.json(), as: UTF8.self)
    try await transaction.execute(
      """
      UPDATE call_metadata SET actions_executed = actions_executed || \(json)::jsonb
      WHERE call_id = \(id.text)
      """)
  }

  /// Notes where the recording is, and its wrapped key.
  static func setRecording(
    _ id: CallID, url: String, wrappedKey: [UInt8], _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE call_metadata SET recording_url = \(url), recording_key = \(wrappedKey)
      WHERE call_id = \(id.text)
      """)
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
}
