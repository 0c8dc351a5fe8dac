internal import Buffers

/// One status callback: what happened, with the fields the vendor sends for it.
package struct StatusEvent: Sendable, Equatable {
  /// The events a caller of the API can subscribe to.
  package enum Kind: String, Sendable, CaseIterable {
    case ringing
    case answered
    case terminal
  }

  package let kind: Kind
  /// Name and value in the vendor's order; values are text even when they are numbers.
  package let fields: [(name: String, value: String)]
  private let legs: [(name: String, value: String)]?

  package static func == (a: StatusEvent, b: StatusEvent) -> Bool { a.json == b.json }

  /// The event for the present state of `record`. A call without subscribed events gets the
  /// four-field form at its end; `isBasic` forces that form.
  package init(_ kind: Kind, of record: CallRecord, isBasic: Bool = false) {
    self.kind = kind
    if isBasic || record.request.callbackEvents.isEmpty {
      fields = Self.basicFields(record)
      legs = nil
      return
    }
    fields = Self.fullFields(kind, record)
    legs = [
      ("OnCallDuration", String(record.conversationSeconds)),
      ("Status", record.status.rawValue), ("AnsweredBy", record.answeredBy),
    ]
  }

  private static func basicFields(_ record: CallRecord) -> [(name: String, value: String)] {
    [
      ("CallSid", record.sid), ("DateUpdated", IndianTime.text(record.updated)),
      ("Status", record.status.rawValue), ("RecordingUrl", record.recordingURL ?? ""),
    ]
  }

  private static func fullFields(
    _ kind: Kind, _ record: CallRecord
  ) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = [
      ("CallSid", record.sid), ("EventType", kind.rawValue),
      ("DateCreated", IndianTime.text(record.created)),
      ("DateUpdated", IndianTime.text(record.updated)), ("Status", record.status.rawValue),
      ("To", ""), ("From", record.request.from.map(PhoneDigits.national) ?? ""),
      ("PhoneNumberSid", PhoneDigits.national(record.request.callerID)),
      ("StartTime", IndianTime.text(record.created)),
    ]
    if kind == .terminal {
      fields.append(("EndTime", record.ended.map(IndianTime.text) ?? ""))
      fields.append(("ConversationDuration", String(record.conversationSeconds)))
    }
    fields.append(("Direction", record.direction.rawValue))
    if let custom = record.request.customField { fields.append(("CustomField", custom)) }
    fields.append(("RecordingUrl", record.recordingURL ?? ""))
    return fields
  }

  /// The JSON body; the duration is a number there and the legs are an array.
  package var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in fields {
      writer.key(name)
      if name == "ConversationDuration" { writer.raw(value) } else { writer.string(value) }
    }
    if let legs {
      writer.key("Legs")
      writer.beginArray()
      writer.beginObject()
      for (name, value) in legs {
        writer.key(name)
        if name == "OnCallDuration" { writer.raw(value) } else { writer.string(value) }
      }
      writer.endObject()
      writer.endArray()
    }
    writer.endObject()
    return writer.bytes
  }

  /// The multipart body, legs in PHP's bracket spelling.
  package func multipart(boundary: String) -> [UInt8] {
    var body = ""
    let all = fields + (legs ?? []).map { (name: "Legs[0][\($0.name)]", value: $0.value) }
    for (name, value) in all {
      body +=
        "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
    }
    return Array((body + "--\(boundary)--\r\n").utf8)
  }
}
