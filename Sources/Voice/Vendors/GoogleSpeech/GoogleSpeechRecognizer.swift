package import Audio
package import EventLoop
internal import HTTPClient
package import Speech

/// Google's `speech:recognize` as a recogniser of utterances. Safe from any task.
///
/// An utterance that is not understood in another language is asked for once more in Indian English, if
/// that is among the languages. The first question has four seconds, the second one two.
package struct GoogleSpeechRecognizer: SpeechToText {
  private static let english = "en-IN"
  private static let secondTimeout = Duration.seconds(2)
  /// Below this an utterance counts as not understood; a recogniser that does not say counts as this.
  private static let threshold = 0.5

  private let settings: @Sendable () -> GoogleSpeechSettings
  private let http: VendorHTTP

  /// `settings` is asked at each request, so that the key can change.
  init(settings: @escaping @Sendable () -> GoogleSpeechSettings, http: VendorHTTP) {
    self.settings = settings
    self.http = http
  }

  /// Google over the network, with its requests on `loop`.
  package init(settings: @escaping @Sendable () -> GoogleSpeechSettings, loop: EventLoop) {
    self.init(settings: settings, http: VendorHTTP(client: HTTPClient(loop: loop), loop: loop))
  }

  package var longestUtterance: Duration { GoogleSpeechRequests.longestUtterance }

  package func recognize(
    _ utterance: PCMFrame, languages: [String]
  ) async throws -> Recognition? {
    guard !utterance.isEmpty else { return nil }
    let first = try await ask(utterance, languages, GoogleSpeechRequests.timeout)
    guard Self.confidence(first) < Self.threshold, let english = Self.fallback(languages) else {
      return first
    }
    do {
      let second = try await ask(utterance, [english], Self.secondTimeout)
      return Self.confidence(second) > Self.confidence(first) ? second : first
    } catch is SpeechError {
      // The first answer is one, though a poor one.
      return first
    }
  }

  /// English as it was asked for, when it is not the likeliest language.
  private static func fallback(_ languages: [String]) -> String? {
    guard let first = languages.first?.lowercased(), first != "en", !first.hasPrefix("en-") else {
      return nil
    }
    return languages.first { $0.lowercased() == english.lowercased() }
  }

  private static func confidence(_ recognition: Recognition?) -> Double {
    recognition.map { $0.confidence ?? threshold } ?? 0
  }

  private func ask(
    _ utterance: PCMFrame, _ languages: [String], _ timeout: Duration
  ) async throws -> Recognition? {
    let request = try GoogleSpeechRequests(settings: settings()).recognize(
      utterance, languages: languages, timeout: timeout)
    do {
      return try GoogleSpeechAnswers.recognition(
        try await http.send(request), languages: languages)
    } catch let failure as VendorHTTPFailure {
      throw failure.unanswered(by: GoogleSpeechAnswers.service)
    }
  }
}
