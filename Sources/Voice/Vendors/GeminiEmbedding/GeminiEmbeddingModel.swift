package import EventLoop
internal import HTTPClient
package import Speech

/// Gemini's `batchEmbedContents` as embedding models. Safe from any task.
///
/// A request is sent once; asking again later is the caller's. A question has two seconds.
package struct GeminiEmbeddingModel: EmbeddingModel {
  private let settings: @Sendable () -> GeminiEmbeddingSettings
  private let http: VendorHTTP

  /// `settings` is asked at each request, so that the key can change.
  init(settings: @escaping @Sendable () -> GeminiEmbeddingSettings, http: VendorHTTP) {
    self.settings = settings
    self.http = http
  }

  /// Gemini over the network, with its requests on `loop`.
  package init(settings: @escaping @Sendable () -> GeminiEmbeddingSettings, loop: EventLoop) {
    self.init(settings: settings, http: VendorHTTP(client: HTTPClient(loop: loop), loop: loop))
  }

  package var space: EmbeddingSpace { settings().space }

  package var batchSize: Int { GeminiEmbeddingRequests.batchSize }

  package func embed(
    _ texts: [String], as purpose: EmbeddingPurpose, in space: EmbeddingSpace
  ) async throws -> [[Float]] {
    guard !texts.isEmpty else { return [] }
    var settings = settings()
    (settings.model, settings.dimensions) = (space.model, space.dimensions)
    let request = try GeminiEmbeddingRequests(settings: settings).embed(texts, as: purpose)
    do {
      return try GeminiEmbeddingAnswers.vectors(
        try await http.send(request), count: texts.count, dimensions: settings.dimensions)
    } catch let failure as VendorHTTPFailure {
      throw GeminiError.unanswered(failure)
    }
  }
}
