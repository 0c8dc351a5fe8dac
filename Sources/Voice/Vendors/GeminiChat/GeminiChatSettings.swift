/// How to reach Gemini's models for a talk in text. `apiKey` is a secret and appears in no URL, log or
/// error.
package struct GeminiChatSettings: Sendable {
  /// Scheme and host without a slash at the end; `ws` and `wss` mean `http` and `https`.
  package var baseURL: String
  package var apiKey: String
  /// Without the `models/` prefix, best first: the next is asked when one is overloaded or gone.
  package var models: [String]
  package var apiVersion: String

  package init(
    apiKey: String, baseURL: String = "https://generativelanguage.googleapis.com",
    models: [String] = ["gemini-3.5-flash-lite", "gemini-3.8-flash"], apiVersion: String = "v1beta"
  ) {
    self.apiKey = apiKey
    self.baseURL = baseURL
    self.models = models
    self.apiVersion = apiVersion
  }

  var address: GeminiAddress { GeminiAddress(baseURL: baseURL, apiVersion: apiVersion) }
}
