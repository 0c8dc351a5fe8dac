package import EventLoop
internal import HTTPClient
package import Speech

/// Gemini's `generateContent` as a language model. Safe from any task.
///
/// A request is sent once to each model: the next one is asked when one is overloaded, out of reach
/// or gone. Asking again later is the caller's.
package struct GeminiTextModel: TextModel {
  private let settings: @Sendable () -> GeminiTextSettings
  private let http: VendorHTTP

  /// `settings` is asked at each request, so that the key can change.
  init(settings: @escaping @Sendable () -> GeminiTextSettings, http: VendorHTTP) {
    self.settings = settings
    self.http = http
  }

  /// Gemini over the network, with its requests on `loop`.
  package init(settings: @escaping @Sendable () -> GeminiTextSettings, loop: EventLoop) {
    self.init(settings: settings, http: VendorHTTP(client: HTTPClient(loop: loop), loop: loop))
  }

  package func answer(_ request: TextRequest) async throws -> TextAnswer {
    let settings = settings()
    return try await GeminiModels.first(of: settings.models) { model in
      try await ask(model, request, settings)
    }
  }

  private func ask(
    _ model: String, _ request: TextRequest, _ settings: GeminiTextSettings
  ) async throws -> TextAnswer {
    do {
      let response = try await http.send(
        GeminiTextRequests(settings: settings).generate(request, model: model))
      return try GeminiTextAnswers.text(response, model: model)
    } catch let failure as VendorHTTPFailure {
      throw GeminiError.unanswered(failure)
    }
  }
}
