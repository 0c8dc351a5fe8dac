/// How to reach Google Cloud Speech-to-Text. `apiKey` is a secret and appears in no URL, log or error.
package struct GoogleSpeechSettings: Sendable {
  /// Scheme and host, of a region or of the world.
  package var baseURL: String
  package var apiKey: String
  /// Not every model knows every language: the vendor then answers 400.
  package var model: String

  package init(
    apiKey: String, baseURL: String = "https://speech.googleapis.com", model: String = "latest_long"
  ) {
    self.apiKey = apiKey
    self.baseURL = baseURL
    self.model = model
  }

  /// The address of `recognize`, without the key: that travels in a header.
  var url: String {
    let base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    return "\(base)/v1/speech:recognize"
  }
}
