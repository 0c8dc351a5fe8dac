internal import Buffers
internal import Domain
internal import Postgres
internal import Protobuf
internal import Schema

/// What merchants hear of their calls: ids, states and figures, never what was said or who was called.
enum CallNews {
  /// Leaves an event in the transaction that makes it true; `more` adds members to its data.
  static func tell(
    _ type: EventType, of call: CallRecord, _ transaction: Transaction,
    more: (inout JSONWriter) -> Void = { _ in }
  ) async throws {
    let rows = try await transaction.query(
      """
      SELECT webhook_url, metadata::text AS metadata FROM call_metadata
      WHERE call_id = \(call.id.text)
      """)
    let url = try rows.first?.decode("webhook_url", as: String.self) ?? ""
    let metadata = try rows.first?.decode("metadata", as: String?.self) ?? nil
    try await EventOutbox.append(
      ProductEvent(type, merchant: call.merchant, subject: call.id.text, onlyURL: url) {
        write(call, metadata: metadata.flatMap(written), to: &$0)
        more(&$0)
      }, transaction)
  }

  /// Metadata as it was measured when the call was made. PostgreSQL prints a number in full, 1e308
  /// in 309 digits, which can be too much for an event. `nil` for what cannot be read, so that no
  /// metadata keeps a call from its end.
  static func written(_ stored: String) -> [UInt8]? {
    try? Google.Protobuf.Struct(json: Array(stored.utf8)).json()
  }

  private static func write(
    _ call: CallRecord, metadata: [UInt8]?, to json: inout JSONWriter
  ) {
    for (key, value) in [
      ("call_id", call.id.text), ("agent_id", call.agent.text), ("status", call.state.rawValue),
      ("reason", call.endReason), ("direction", call.direction.rawValue),
      ("language", call.language), ("created_at", call.createTime.iso8601),
    ] {
      json.key(key)
      json.string(value)
    }
    for (key, time) in [("started_at", call.answerTime), ("ended_at", call.endTime)] {
      json.key(key)
      if let time { json.string(time.iso8601) } else { json.null() }
    }
    json.key("duration_seconds")
    json.number(Double(call.duration.microseconds / 1_000) / 1_000)
    json.key("cost")
    json.beginObject()
    json.key("amount")
    json.string((call.costTelephony + call.costModel).decimal)
    json.key("currency")
    json.string("INR")
    json.endObject()
    json.key("metadata")
    json.raw(metadata ?? Array("{}".utf8))
  }
}

extension CallState {
  /// The event that says a call has come to this state.
  var news: EventType {
    switch self {
    case .queued: .callQueued
    case .blocked: .callBlocked
    case .dialing: .callDialing
    case .ringing: .callRinging
    case .inProgress: .callAnswered
    case .completed: .callCompleted
    case .failed: .callFailed
    case .busy: .callBusy
    case .noAnswer: .callNoAnswer
    case .canceled: .callCanceled
    }
  }
}
