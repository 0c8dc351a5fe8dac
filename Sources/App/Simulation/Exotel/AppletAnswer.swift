internal import Buffers

/// What the URL of a Voicebot applet answered.
package enum AppletAnswer: Sendable, Equatable {
  /// Where the stream goes.
  case stream(url: String)
  /// Why there is none; never a piece of the answer.
  case refused(String)

  /// Reads the answer as the vendor does: `{"url": "wss://…"}` with a status of success.
  package init(status: Int, body: [UInt8]) {
    guard (200..<300).contains(status) else {
      self = .refused("status \(status)")
      return
    }
    guard let answer = try? JSONValue(parsing: body, duplicateKeys: .lastWins),
      let url = answer["url"]?.stringValue
    else {
      self = .refused("not a JSON object with a url")
      return
    }
    guard ["ws://", "wss://"].contains(where: { url.hasPrefix($0) }) else {
      self = .refused("url must start with ws:// or wss://")
      return
    }
    self = .stream(url: url)
  }
}
