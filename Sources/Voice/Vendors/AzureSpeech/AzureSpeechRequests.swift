/// The requests to Azure's text to speech; pure.
struct AzureSpeechRequests {
  private static let timeout = Duration.seconds(10)
  /// Somebody listens to the silence.
  private static let silenceTimeout = Duration.seconds(3)

  let settings: AzureSpeechSettings

  /// Says one piece of a text, as raw samples at 16 kHz.
  func say(_ text: String, language: String, voice: String) -> VendorRequest {
    VendorRequest(
      method: "POST", url: settings.url,
      headers: [
        ("ocp-apim-subscription-key", settings.apiKey),
        ("content-type", "application/ssml+xml"),
        ("x-microsoft-outputformat", "raw-16khz-16bit-mono-pcm"),
        ("user-agent", "payaid-voice"),
      ],
      body: Array(AzureSSML.document(text, language: language, voice: voice).utf8),
      timeout: Self.timeout, silenceTimeout: Self.silenceTimeout, isRepeatable: true)
  }
}
