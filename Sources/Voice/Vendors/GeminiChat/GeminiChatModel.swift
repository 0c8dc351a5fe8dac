package import EventLoop
internal import HTTPClient
package import Speech

/// Gemini's `streamGenerateContent` as a model that talks. Safe from any task.
///
/// A request is sent once to each model: the next one is asked when one is overloaded, out of reach or
/// gone and has said nothing. Each has forty seconds, of which eight may pass in silence.
package struct GeminiChatModel: ChatModel {
  private let settings: @Sendable () -> GeminiTextSettings
  private let http: VendorHTTP

  /// `settings` is asked at each turn, so that the key can change.
  init(settings: @escaping @Sendable () -> GeminiTextSettings, http: VendorHTTP) {
    self.settings = settings
    self.http = http
  }

  /// Gemini over the network, with its requests on `loop`.
  package init(settings: @escaping @Sendable () -> GeminiTextSettings, loop: EventLoop) {
    self.init(settings: settings, http: VendorHTTP(client: HTTPClient(loop: loop), loop: loop))
  }

  package func answer(
    _ request: ChatRequest, onText: @escaping @Sendable (String) -> Void
  ) async throws -> ChatAnswer {
    let settings = settings()
    var stream = GeminiChatStream(onText: onText)
    return try await GeminiModels.first(of: settings.models, while: { !stream.hasSaid }) { model in
      stream = GeminiChatStream(onText: onText)
      return try await receive(
        GeminiChatRequests(settings: settings).stream(request, model: model), stream)
    }
  }

  private func receive(
    _ request: VendorRequest, _ stream: GeminiChatStream
  ) async throws -> ChatAnswer {
    do {
      let response = try await http.stream(request) { stream.take($0) }
      guard response.isSuccess else { throw GeminiError.failure(response) }
    } catch let failure as VendorHTTPFailure {
      // A turn that has come to its end is whole, however its connection ended.
      guard stream.isFinished else { throw GeminiError.unanswered(failure) }
    }
    return try stream.answer()
  }
}
