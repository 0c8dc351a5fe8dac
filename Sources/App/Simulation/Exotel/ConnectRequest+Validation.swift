/// A form field error, answered with status 400.
package struct FieldFault: Error, Equatable, Sendable {
  package let message: String
}

extension ConnectRequest {
  /// Checks every field of the form; later duplicates win. Throws the text of the first fault.
  package init(fields: [(String, String)]) throws(FieldFault) {
    let form = Form(fields)
    from = try form.phone("From")
    callerID = try form.phone("CallerId")
    mode = try form.mode()
    isRecorded = try form.choice("Record", ["true", "false"]) == "true"
    timeLimit = try form.number("TimeLimit", in: 1...14_400).map { .seconds($0) }
    ringTimeout = .seconds(try form.number("TimeOut", in: 1...120) ?? 60)
    customField = try form.limited("CustomField", to: 128)
    statusCallback = try form.url("StatusCallback", schemes: ["http://", "https://"])
    callbackEvents = try form.events(isVoiceAI: form["StreamUrl"] != nil)
    callbackBody = try form.callbackBody()
    _ = try form.limited("StreamName", to: 32)
    _ = try form.choice("RecordingChannels", ["single", "dual"])
    _ = try form.choice("RecordingFormat", ["mp3", "mp3-hq"])
    _ = try form.choice("CallType", ["trans"])
  }
}

/// The fields of one form, found without regard to case as Exotel does for documented spellings.
private struct Form {
  private var values: [String: String] = [:]
  private var eventNames: [String] = []

  init(_ fields: [(String, String)]) {
    for (name, value) in fields {
      let key = name.lowercased()
      if key.hasPrefix("statuscallbackevents") {
        eventNames += value.split(separator: ",").map { $0.lowercased() }
      } else {
        values[key] = value
      }
    }
  }

  subscript(name: String) -> String? {
    values[name.lowercased()].flatMap { $0.isEmpty ? nil : $0 }
  }

  func phone(_ name: String) throws(FieldFault) -> String {
    guard let text = self[name] else { throw FieldFault(message: "\(name) is required") }
    guard let number = PhoneDigits.international(text) else {
      throw FieldFault(message: "\(name) is not a valid phone number")
    }
    return number
  }

  func limited(_ name: String, to limit: Int) throws(FieldFault) -> String? {
    guard let text = self[name] else { return nil }
    guard text.count <= limit else {
      throw FieldFault(message: "\(name) has \(text.count) characters; the limit is \(limit)")
    }
    return text
  }

  func choice(_ name: String, _ allowed: [String]) throws(FieldFault) -> String? {
    guard let text = self[name] else { return nil }
    guard allowed.contains(text.lowercased()) else {
      throw FieldFault(message: "\(name) must be one of \(allowed.joined(separator: ", "))")
    }
    return text.lowercased()
  }

  func number(_ name: String, in range: ClosedRange<Int>) throws(FieldFault) -> Int? {
    guard let text = self[name] else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw FieldFault(message: "\(name) must be from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func url(_ name: String, schemes: [String]) throws(FieldFault) -> String? {
    guard let text = self[name] else { return nil }
    let isAbsolute = schemes.contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
    guard isAbsolute else {
      throw FieldFault(message: "\(name) must start with \(schemes.joined(separator: " or "))")
    }
    return text
  }

  func mode() throws(FieldFault) -> ConnectRequest.Mode {
    let given = ["StreamUrl", "Url", "To"].filter { self[$0] != nil }
    guard given.count <= 1 || given == ["StreamUrl", "To"] else {
      throw FieldFault(message: "\(given.joined(separator: " and ")) exclude each other")
    }
    if let to = self["To"] {
      guard let number = PhoneDigits.international(to) else {
        throw FieldFault(message: "To is not a valid phone number")
      }
      return .twoNumbers(to: number)
    }
    if let url = self["Url"] {
      guard url.contains("/exoml/start_voice/") else {
        throw FieldFault(message: "Url is not a flow")
      }
      return .flow(url: url)
    }
    return .voiceAI(streamURL: try streamURL())
  }

  private func streamURL() throws(FieldFault) -> String {
    guard let url = try url("StreamUrl", schemes: ["ws://", "wss://"]) else {
      throw FieldFault(message: "one of StreamUrl, Url and To is required")
    }
    guard url.count < 600 else {
      throw FieldFault(message: "StreamUrl has \(url.count) characters; the limit is 599")
    }
    guard self["StreamType"]?.lowercased() == "bidirectional" else {
      throw FieldFault(message: "StreamType must be bidirectional")
    }
    return url
  }

  func events(isVoiceAI: Bool) throws(FieldFault) -> Set<StatusEvent.Kind> {
    var events: Set<StatusEvent.Kind> = []
    for name in eventNames {
      guard let event = StatusEvent.Kind(rawValue: name), isVoiceAI || event != .ringing else {
        throw FieldFault(message: "StatusCallbackEvents has an unknown event")
      }
      events.insert(event)
    }
    return events
  }

  func callbackBody() throws(FieldFault) -> ConnectRequest.CallbackBody {
    guard let text = self["StatusCallbackContentType"] else { return .multipart }
    guard let body = ConnectRequest.CallbackBody(rawValue: text.lowercased()) else {
      throw FieldFault(
        message: "StatusCallbackContentType must be multipart/form-data or application/json")
    }
    return body
  }
}
