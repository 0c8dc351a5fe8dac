internal import Buffers
internal import HTTP
internal import Speech

/// The fields of a callback, whichever of the three encodings carried them.
struct ExotelCallbackFields {
  private var values: [String: String]

  /// The fields of a query and of a body, which may be empty; the body's win.
  init(
    query: [String: String] = [:], body: [UInt8], contentType: String
  ) throws(CarrierCallbackRefusal) {
    values = query
    if !body.isEmpty { try read(body, contentType) }
  }

  private mutating func read(
    _ body: [UInt8], _ contentType: String
  ) throws(CarrierCallbackRefusal) {
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

  subscript(name: String) -> String? { values[name] }

  /// The carrier's name for the call.
  func callID() throws(CarrierCallbackRefusal) -> CarrierCallID {
    let sid = values["CallSid"] ?? ""
    guard (1...64).contains(sid.utf8.count), sid.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw .malformed("CallSid is not 1 to 64 visible characters of ASCII") }
    return CarrierCallID(rawValue: sid)
  }

  func event() throws(CarrierCallbackRefusal) -> CarrierStatusEvent {
    let id = try callID()
    let status = CarrierCallStatus(exotel: values["Status"] ?? "")
    let key = ["CallSid", "EventType", "Status", "DateUpdated"].map { values[$0] ?? "" }
    var event = CarrierStatusEvent(
      id: id, kind: kind(status), status: status,
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
