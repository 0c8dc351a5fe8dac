package import Audio
package import EventLoop
internal import HTTPClient
package import Speech

/// Azure's text to speech as a voice. Safe from any task.
///
/// A long text is said in several requests, one after the other. A request that comes at a busy moment is
/// sent up to three times; each has ten seconds, of which three may pass in silence.
package struct AzureSpeechVoice: TextToSpeech {
  private static let pauses = [Duration.milliseconds(250), .milliseconds(500)]

  private let settings: @Sendable () -> AzureSpeechSettings
  private let http: VendorHTTP

  /// `settings` is asked at each text, so that the key can change.
  init(settings: @escaping @Sendable () -> AzureSpeechSettings, http: VendorHTTP) {
    self.settings = settings
    self.http = http
  }

  /// Azure over the network, with its requests on `loop`.
  package init(settings: @escaping @Sendable () -> AzureSpeechSettings, loop: EventLoop) {
    self.init(settings: settings, http: VendorHTTP(client: HTTPClient(loop: loop), loop: loop))
  }

  package var rate: SampleRate { AzureSound.rate }

  package func speak(
    _ words: SpokenText, onAudio: @escaping @Sendable (PCMFrame) -> Void
  ) async throws {
    let requests = AzureSpeechRequests(settings: settings())
    let standard = AzureVoices.standard(for: words.languageCode)
    var voice = words.voice.flatMap { AzureVoices.isWellFormed($0) ? $0 : nil } ?? standard
    var hasSaid = false
    for piece in AzureTextPieces.pieces(words.text) {
      let sound = AzureSound(onAudio: onAudio)
      let say = { requests.say(piece, language: words.languageCode, voice: $0) }
      var response = try await exchange(say(voice), sound)
      // The region may not have the voice. A voice is not changed in the middle of a text.
      if response.status == 400, voice != standard, !hasSaid {
        voice = standard
        response = try await exchange(say(voice), sound)
      }
      guard response.isSuccess else { throw AzureSpeechError.failure(response) }
      guard sound.hasSaid else {
        throw SpeechError(.transient, "\(AzureSpeechError.service) answered with no sound")
      }
      hasSaid = true
    }
  }

  /// The response to a request, sent again while the service is busy. Only a 2xx has sound, so none was
  /// given before another try.
  private func exchange(
    _ request: VendorRequest, _ sound: AzureSound
  ) async throws -> VendorResponse {
    for pause in Self.pauses {
      let response = try await send(request, sound)
      guard AzureSpeechError.isPassing(response) else { return response }
      try await http.sleep(pause)
    }
    return try await send(request, sound)
  }

  private func send(_ request: VendorRequest, _ sound: AzureSound) async throws -> VendorResponse {
    do {
      return try await http.stream(request) { sound.take($0) }
    } catch let failure as VendorHTTPFailure {
      throw failure.unanswered(by: AzureSpeechError.service)
    }
  }
}
