internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// The log of what happened in each call, and what merchants hear of it. Appending locks the call's row, so that sequence numbers
/// have no gaps, and notifies the channel that ``CallBell`` listens to.
enum CallEventStore {
  typealias V1 = Payaid.Voice.V1

  /// The channel; its payload is the call's id.
  static let channel = "payaid_call_events"

  static func append(
    _ event: V1.CallEvent.Event, to call: CallRecord, _ transaction: Transaction
  ) async throws {
    let bytes = try V1.CallEvent.with { $0.event = event }.serializedBytes()
    try await transaction.execute("SELECT 1 FROM calls WHERE call_id = \(call.id.text) FOR UPDATE")
    try await transaction.execute(
      """
      INSERT INTO call_events (call_id, sequence, merchant_id, event)
      SELECT \(call.id.text), coalesce(max(sequence), 0) + 1, \(call.merchant.text), \(bytes)
      FROM call_events WHERE call_id = \(call.id.text)
      """)
    try await transaction.execute("SELECT pg_notify(\(channel), \(call.id.text))")
    if case .call = event { try await CallNews.tell(call.state.news, of: call, transaction) }
  }

  /// The events after `sequence`, in order; at most 500.
  static func events(
    of id: CallID, after sequence: Int64, _ transaction: Transaction
  ) async throws -> [V1.CallEvent] {
    let rows = try await transaction.query(
      """
      SELECT sequence, time, event FROM call_events
      WHERE call_id = \(id.text) AND sequence > \(sequence) ORDER BY sequence LIMIT 500
      """)
    return try rows.map { row in
      var event = try V1.CallEvent(serializedBytes: try row.decode("event", as: [UInt8].self))
      event.sequence = try row.decode("sequence")
      event.time = try row.decode("time", as: Moment.self).timestamp
      return event
    }
  }

  /// What was said so far, in order.
  static func transcript(
    of id: CallID, _ transaction: Transaction
  ) async throws -> [V1.TranscriptEntry] {
    var found: [V1.TranscriptEntry] = []
    var last: Int64 = 0
    while true {
      let page = try await events(of: id, after: last, transaction)
      for event in page {
        if case .transcript(let entry)? = event.event { found.append(entry) }
      }
      guard let end = page.last, page.count == 500 else { return found }
      last = end.sequence
    }
  }
}
