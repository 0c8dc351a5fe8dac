internal import Audio
internal import Buffers
internal import Speech

/// The requests to Google's recogniser; pure.
struct GoogleSpeechRequests {
  /// Google takes 60 s; what is counted there may be a little more than here.
  static let longestUtterance = Duration.seconds(55)
  /// A caller waits for the answer.
  static let timeout = Duration.seconds(4)
  private static let rates = 8_000...48_000
  private static let alternativeLimit = 3

  let settings: GoogleSpeechSettings

  /// `speech:recognize`. Throws what Google would refuse.
  func recognize(
    _ utterance: PCMFrame, languages: [String], timeout: Duration = timeout
  ) throws(SpeechError) -> VendorRequest {
    try check(utterance)
    guard let language = languages.first else {
      throw SpeechError(.permanent, "google speech: no language is given")
    }
    var json = JSONWriter()
    json.object {
      $0.object("config") { config in
        writeFormat(utterance, &config)
        config.member("languageCode", language)
        writeAlternatives(languages.dropFirst(), &config)
        config.member("model", settings.model)
        config.key("enableAutomaticPunctuation")
        config.bool(true)
      }
      $0.object("audio") {
        $0.key("content")
        $0.base64(utterance.littleEndianBytes)
      }
    }
    return VendorRequest(
      method: "POST", url: settings.url,
      headers: [("content-type", "application/json"), ("x-goog-api-key", settings.apiKey)],
      body: json.bytes, timeout: timeout, isRepeatable: true)
  }

  private func check(_ utterance: PCMFrame) throws(SpeechError) {
    guard utterance.duration <= Self.longestUtterance else {
      throw SpeechError(
        .permanent,
        "google speech: an utterance of \(utterance.duration); the limit is \(Self.longestUtterance)"
      )
    }
    guard Self.rates.contains(utterance.rate.hertz) else {
      throw SpeechError(
        .permanent,
        "google speech: an utterance at \(utterance.rate.hertz) Hz; allowed is 8,000...48,000")
    }
  }

  private func writeFormat(_ utterance: PCMFrame, _ json: inout JSONWriter) {
    json.member("encoding", "LINEAR16")
    json.key("sampleRateHertz")
    json.number(utterance.rate.hertz)
    json.key("audioChannelCount")
    json.number(1)
  }

  private func writeAlternatives(_ languages: ArraySlice<String>, _ json: inout JSONWriter) {
    guard !languages.isEmpty else { return }
    json.key("alternativeLanguageCodes")
    json.beginArray()
    for language in languages.prefix(Self.alternativeLimit) { json.string(language) }
    json.endArray()
  }
}
