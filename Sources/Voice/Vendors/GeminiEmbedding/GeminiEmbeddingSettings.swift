package import Speech

/// How to reach Gemini's embedding models. `apiKey` is a secret and appears in no URL, log or error.
package struct GeminiEmbeddingSettings: Sendable {
  /// Scheme and host without a slash at the end; `ws` and `wss` mean `http` and `https`.
  package var baseURL: String
  package var apiKey: String
  /// Without the `models/` prefix. Vectors of two models cannot be compared.
  package var model: String
  /// 128 to 3,072.
  package var dimensions: Int
  package var apiVersion: String

  package init(
    apiKey: String, baseURL: String = "https://generativelanguage.googleapis.com",
    model: String = "gemini-embedding-001", dimensions: Int = 768, apiVersion: String = "v1beta"
  ) {
    self.apiKey = apiKey
    self.baseURL = baseURL
    self.model = model
    self.dimensions = dimensions
    self.apiVersion = apiVersion
  }

  /// Where the vectors lie that these settings give.
  package var space: EmbeddingSpace { EmbeddingSpace(model: model, dimensions: dimensions) }

  var address: GeminiAddress { GeminiAddress(baseURL: baseURL, apiVersion: apiVersion) }
}
