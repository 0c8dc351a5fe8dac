internal import Buffers

/// A validated order that somebody ring an ExoPhone: the body of `POST /sim/incoming`.
package struct IncomingRing: Sendable, Equatable {
  /// E.164 of who rings; nil when the number is withheld.
  package let from: String?
  /// E.164 of the ExoPhone.
  package let to: String
  /// All that the flow behind the ExoPhone does.
  package let applet: VoicebotApplet
  /// The SID that the call gets; nil for a new one.
  package let callSid: String?

  /// Reads the body; throws `invalidOrder` naming the first member that is wrong.
  package init(json: [UInt8]) throws(SimulationError) {
    guard let value = try? JSONValue(parsing: json) else {
      throw SimulationError(.invalidOrder, "the body is not valid JSON")
    }
    let reader = try MemberReader(value, .invalidOrder, in: "incoming")
    try reader.allow(only: ["from", "to", "answer_url", "method", "call_sid"])
    from = try Self.phone(reader, "from")
    guard let to = try Self.phone(reader, "to") else {
      throw SimulationError(.invalidOrder, "incoming.to is required")
    }
    self.to = to
    applet = VoicebotApplet(url: try Self.url(reader), method: try Self.method(reader))
    callSid = try Self.callSid(reader)
  }

  private static func phone(
    _ reader: MemberReader, _ key: String
  ) throws(SimulationError) -> String? {
    guard let text = try reader.text(key) else { return nil }
    guard let number = PhoneDigits.international(text) else {
      throw SimulationError(.invalidOrder, "incoming.\(key) is not a valid phone number")
    }
    return number
  }

  private static func url(_ reader: MemberReader) throws(SimulationError) -> String {
    guard let url = try reader.text("answer_url") else {
      throw SimulationError(.invalidOrder, "incoming.answer_url is required")
    }
    guard ["https://", "http://"].contains(where: { url.hasPrefix($0) }) else {
      throw SimulationError(
        .invalidOrder, "incoming.answer_url must start with https:// or http://")
    }
    return url
  }

  private static func method(
    _ reader: MemberReader
  ) throws(SimulationError) -> VoicebotApplet.Method {
    guard let text = try reader.text("method") else { return .get }
    guard let method = VoicebotApplet.Method(rawValue: text) else {
      throw SimulationError(.invalidOrder, "incoming.method must be GET or POST")
    }
    return method
  }

  private static func callSid(_ reader: MemberReader) throws(SimulationError) -> String? {
    guard let sid = try reader.text("call_sid") else { return nil }
    let isPlain = sid.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    guard isPlain, (1...64).contains(sid.utf8.count) else {
      throw SimulationError(.invalidOrder, "incoming.call_sid is not 1 to 64 letters and digits")
    }
    return sid
  }
}

extension ConnectRequest {
  /// What a ring orders: its flow, and nothing else.
  package init(_ ring: IncomingRing) {
    mode = .applet(ring.applet)
    from = ring.from
    callerID = ring.to
    isRecorded = false
    timeLimit = nil
    ringTimeout = .seconds(60)
    customField = nil
    statusCallback = nil
    callbackEvents = []
    callbackBody = .multipart
  }
}
