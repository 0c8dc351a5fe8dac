/// A Pinecone index. `apiKey` is a secret and appears in no URL, log or error.
package struct PineconeSettings: Sendable, Equatable {
  /// Of the control plane: scheme and host without a slash at the end. The index's own host, which it
  /// tells, is reached by the same scheme.
  package var baseURL: String
  package var apiKey: String
  /// The index's name.
  package var index: String
  package var apiVersion: String

  package init(
    apiKey: String, index: String, baseURL: String = "https://api.pinecone.io",
    apiVersion: String = "2025-10"
  ) {
    self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    self.apiKey = apiKey
    self.index = index
    self.apiVersion = apiVersion
  }

  /// `https` or `http`.
  var scheme: String { baseURL.hasPrefix("http://") ? "http" : "https" }
}
