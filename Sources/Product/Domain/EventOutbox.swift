package import Buffers
package import Postgres

/// Something that happened, for whoever the merchant wants to hear of it.
package struct ProductEvent: Sendable {
  package let type: EventType
  package let merchant: MerchantID
  /// The call, agent or consent that it is about; its events are numbered in order.
  package let subject: String
  /// Where alone it goes, when the subject says so.
  package let onlyURL: String
  /// A JSON object of at most 16,384 bytes: ids and figures rather than what was said.
  package let data: [UInt8]

  /// An event whose data has the members that `write` writes.
  package init(
    _ type: EventType, merchant: MerchantID, subject: String, onlyURL: String = "",
    _ write: (inout JSONWriter) throws -> Void
  ) rethrows {
    self.type = type
    self.merchant = merchant
    self.subject = subject
    self.onlyURL = onlyURL
    var json = JSONWriter()
    json.beginObject()
    try write(&json)
    json.endObject()
    data = json.bytes
  }
}

/// Where areas leave what others are to hear of, in the transaction that causes it: the event exists
/// exactly when its cause does.
package enum EventOutbox {
  /// Notified when there are events to be relayed; a hint only.
  package static let channel = "payaid_events"

  /// Numbers the event and leaves it. The subject's other events wait for this transaction.
  package static func append(_ event: ProductEvent, _ transaction: Transaction) async throws {
    _ = try await transaction.query(
      """
      WITH number AS (
        INSERT INTO event_sequences (merchant_id, subject, last_sequence)
        VALUES (\(event.merchant.text), \(event.subject), 1)
        ON CONFLICT (merchant_id, subject) DO UPDATE
          SET last_sequence = event_sequences.last_sequence + 1, update_time = now()
        RETURNING last_sequence
      ), event AS (
        INSERT INTO event_outbox (event_id, merchant_id, type, subject, sequence, only_url, data)
        SELECT \(MessageID().text), \(event.merchant.text), \(event.type.rawValue),
          \(event.subject), last_sequence, \(event.onlyURL), \(event.data)
        FROM number RETURNING 1
      ) SELECT pg_notify(\(channel), '') FROM event
      """)
  }
}
