internal import Buffers
internal import HTTP
internal import Speech

/// The fields of a status callback, whichever of the three encodings carried them.
struct ExotelCallbackFields {
  private var values: [String: String] = [:]

  init(body: [UInt8], contentType: String) throws(CarrierCallbackRefusal) {
    do {
      switch HTTPParameters(contentType).value {
      case "multipart/form-data":
        for part in try MultipartForm(body: body, contentType: contentType).parts {
          values[part.name] = part.text
        }
      case "application/json":
        add(try JSONValue(parsing: body, duplicateKeys: .lastWins), under: "")
      default:
        for item in try FormItems(parsing: body).items { values[item.name] = item.value }
      }
    } catch {
      throw .malformed("body does not match its content type")
    }
  }

  /// Spells nested JSON as forms do: `Legs[0][Status]`.
  private mutating func add(_ value: JSONValue, under name: String) {
    switch value {
    case .object(let object):
      for (key, value) in object.members {
        add(value, under: name.isEmpty ? key : "\(name)[\(key)]")
      }
    case .array(let array):
      for (index, value) in array.enumerated() { add(value, under: "\(name)[\(index)]") }
    default: values[name] = value.scalarText
    }
  }

  func event() throws(CarrierCallbackRefusal) -> CarrierStatusEvent {
    guard let sid = values["CallSid"]?.nonEmpty, sid.utf8.count <= 64 else {
      throw .malformed("CallSid is missing or longer than 64 bytes")
    }
    let status = CarrierCallStatus(exotel: values["Status"] ?? "")
    let key = ["CallSid", "EventType", "Status", "DateUpdated"].map { values[$0] ?? "" }
    var event = CarrierStatusEvent(
      id: CarrierCallID(rawValue: sid), kind: kind(status), status: status,
      deduplicationKey: key.joined(separator: "|"))
    event.callID = values["CustomField"]?.nonEmpty
    event.conversation = values["ConversationDuration"].flatMap { Int($0) }.map { .seconds($0) }
    event.recordingURL = values["RecordingUrl"]?.nonEmpty
    event.answeredBy = values["Legs[0][AnsweredBy]"]?.nonEmpty?.lowercased()
    return event
  }

  /// Callbacks without `EventType` come once, at the end.
  private func kind(_ status: CarrierCallStatus) -> CarrierStatusEvent.Kind {
    switch values["EventType"]?.lowercased() {
    case "ringing": .ringing
    case "answered": .answered
    case "terminal": .terminal
    case let other?: .other(other)
    case nil: status.isTerminal ? .terminal : .other("")
    }
  }
}
