internal import Buffers

/// One message from the bot on the stream.
package enum BotFrame: Sendable, Equatable {
  /// Audio; `hasCounters` says whether the optional sequence fields were there.
  case media(payload: [UInt8], hasCounters: Bool)
  case mark(name: String)
  case clear
  /// An event the vendor does not know.
  case unknown

  /// Reads one text message. Throws `invalidFrame` for what the vendor would choke on.
  package init(_ text: [UInt8], streamSid: String) throws(SimulationError) {
    guard let message = try? JSONValue(parsing: text, duplicateKeys: .lastWins),
      let event = message["event"]?.stringValue
    else { throw SimulationError(.invalidFrame, "not a JSON object with an event") }
    guard message["stream_sid"]?.stringValue == streamSid else {
      throw SimulationError(.invalidFrame, "stream_sid is not this stream's")
    }
    switch event {
    case "media": self = try Self.media(message)
    case "mark":
      guard let name = message["mark"]?["name"]?.stringValue else {
        throw SimulationError(.invalidFrame, "mark has no name")
      }
      self = .mark(name: name)
    case "clear": self = .clear
    default: self = .unknown
    }
  }

  private static func media(_ message: JSONValue) throws(SimulationError) -> BotFrame {
    guard let text = message["media"]?["payload"]?.stringValue, let payload = Base64.decode(text)
    else { throw SimulationError(.invalidFrame, "media has no base64 payload") }
    let hasCounters = message["sequence_number"] != nil && message["media"]?["timestamp"] != nil
    return .media(payload: payload, hasCounters: hasCounters)
  }
}
