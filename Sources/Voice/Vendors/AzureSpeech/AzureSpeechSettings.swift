/// How to reach Azure's text to speech. `apiKey` is a secret and appears in no URL, log or error.
package struct AzureSpeechSettings: Sendable {
  package var apiKey: String
  /// Where the key is good: another region answers 401.
  package var region: String
  /// Scheme and host; nil for the region's own.
  package var baseURL: String?

  package init(apiKey: String, region: String = "centralindia", baseURL: String? = nil) {
    self.apiKey = apiKey
    self.region = region
    self.baseURL = baseURL
  }

  /// The address that turns SSML into sound.
  var url: String {
    let base = baseURL ?? "https://\(region).tts.speech.microsoft.com"
    return "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/cognitiveservices/v1"
  }
}
