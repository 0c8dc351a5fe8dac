internal import Speech

/// What the end of a Live connection means; pure.
enum GeminiLiveClose: Equatable {
  /// Connect again with the newest handle.
  case reconnect(SpeechError)
  /// Connect again once, without the handle: it was refused.
  case reconnectAfresh(SpeechError)
  case giveUp(SpeechError)

  /// `usedHandle` tells whether this connection's setup carried one. Reason texts are Google's fixed
  /// sentences, matched loosely; they hold no speech but may quote our setup, so they are not kept.
  init(code: UInt16, reason: String, usedHandle: Bool, isSetUp: Bool) {
    let text = reason.lowercased()
    func error(_ kind: SpeechError.Kind, _ what: String) -> SpeechError {
      SpeechError(kind, "gemini live closed with \(code): \(what)")
    }
    switch code {
    case 1007 where text.contains("api key"):
      self = .giveUp(error(.configuration, "api key refused"))
    case 1007 where usedHandle && !isSetUp:
      self = .reconnectAfresh(error(.transient, "resumption handle refused"))
    case 1007: self = .giveUp(error(.configuration, "setup or message refused"))
    case 1008 where text.contains("session not found"):
      self = .reconnectAfresh(error(.transient, "session not found"))
    case 1008 where text.contains("models/"):
      self = .giveUp(error(.configuration, "model not found"))
    case 1008: self = .giveUp(error(.permanent, "policy"))
    case 1011 where text.contains("quota"): self = .giveUp(error(.quota, "quota exceeded"))
    case 1003, 1009: self = .giveUp(error(.permanent, "message refused"))
    default: self = .reconnect(error(.transient, "connection lost"))
    }
  }

  /// An HTTP status in place of the WebSocket handshake.
  static func handshake(status: Int) -> SpeechError {
    let message = "gemini live refused the handshake with \(status)"
    switch status {
    case 429: return SpeechError(.quota, message)
    case 400..<500: return SpeechError(.configuration, message)
    default: return SpeechError(.transient, message)
    }
  }
}
