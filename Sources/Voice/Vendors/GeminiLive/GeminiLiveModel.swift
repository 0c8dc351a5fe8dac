package import EventLoop
internal import HTTP
internal import HTTPClient
package import Speech
internal import WebSocket

/// Gemini Live as a speech-to-speech model. Safe from any task.
package struct GeminiLiveModel: RealtimeModel {
  private static let messageLimit = 8 << 20
  private let settings: @Sendable () -> GeminiLiveSettings

  /// `settings` is asked for each conversation, so that the key can change.
  package init(settings: @escaping @Sendable () -> GeminiLiveSettings) { self.settings = settings }

  /// Returns at once; a connection that cannot be made shows as `.closed`.
  package func open(_ setup: RealtimeSetup, on loop: EventLoop) async throws
    -> any RealtimeSession
  {
    GeminiLiveSession(setup: setup, settings: settings(), loop: loop) { [settings] in
      try await Self.dial(settings(), on: loop)
    }
  }

  private static func dial(_ settings: GeminiLiveSettings, on loop: EventLoop) async throws
    -> LoopBound<WebSocketChannel>
  {
    var headers = HTTPHeaders()
    headers.add("x-goog-api-key", settings.apiKey)
    do {
      let channel = try await WebSocketClient.connect(
        url: settings.url, headers: headers, loop: loop, timeout: .seconds(5),
        maxMessage: messageLimit)
      return LoopBound(channel, loop: loop)
    } catch let error as HTTPClientError {
      if case .upgradeRefused(let status) = error.kind {
        throw GeminiLiveClose.handshake(status: status.rawValue)
      }
      let kind: SpeechError.Kind = error.kind == .badRequest ? .configuration : .transient
      throw SpeechError(kind, "gemini live: \(error.message)", cause: error)
    }
  }
}
