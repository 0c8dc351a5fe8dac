/// A validated order of a call: `POST Calls/connect` in one of its three modes, or a ring from
/// outside.
package struct ConnectRequest: Sendable, Equatable {
  /// What happens when the call is answered.
  package enum Mode: Sendable, Equatable {
    /// Exotel opens a WebSocket to the URL.
    case voiceAI(streamURL: String)
    /// A flow made in the dashboard runs.
    case flow(url: String)
    /// A second number is dialled.
    case twoNumbers(to: String)
    /// Somebody rings, and the flow of the ExoPhone asks its applet for a stream.
    case applet(VoicebotApplet)
  }

  package enum CallbackBody: String, Sendable {
    case multipart = "multipart/form-data"
    case json = "application/json"
  }

  package internal(set) var mode: Mode
  /// E.164 of the person to dial, or who rings; nil when a caller withholds it.
  package let from: String?
  /// E.164 of the ExoPhone.
  package let callerID: String
  package let isRecorded: Bool
  package let timeLimit: Duration?
  package let ringTimeout: Duration
  package let customField: String?
  package let statusCallback: String?
  package let callbackEvents: Set<StatusEvent.Kind>
  package let callbackBody: CallbackBody

  /// The sample rate asked for in the stream URL's query: 8000 unless 16000 or 24000 is named.
  package var sampleRate: Int {
    guard case .voiceAI(let url) = mode, let query = url.split(separator: "?").dropFirst().first
    else { return 8_000 }
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0] == "sample-rate" || parts[0] == "sample_rate" else {
        continue
      }
      if let rate = Int(parts[1]), [8_000, 16_000, 24_000].contains(rate) { return rate }
    }
    return 8_000
  }

  /// Query parameters of the stream URL that are not the vendor's own: the first three pairs.
  package var customParameters: [(String, String)] {
    guard case .voiceAI(let url) = mode, let query = url.split(separator: "?").dropFirst().first
    else { return [] }
    let pairs = query.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1) }
    return pairs.filter { $0.count == 2 && $0[0] != "sample-rate" && $0[0] != "sample_rate" }
      .prefix(3).map { (String($0[0]), String($0[1])) }
  }
}
