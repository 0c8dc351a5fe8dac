internal import Cascade
internal import EventLoop
internal import Speech
internal import Telemetry
internal import Vendors

/// What holds calls: a speech-to-speech model, and a cascade where its keys are set.
struct Brain: RealtimeModel {
  let live: any RealtimeModel
  let cascade: (any RealtimeModel)?

  var hasCascade: Bool { cascade != nil }

  /// There from the start, so that a first failover shows as a rise.
  private let failovers = MetricsRegistry.process.counter(
    "payaid_brain_failovers_total",
    help: "Calls that the cascade went on with, since the speech-to-speech model failed.")

  /// Throws `SpeechError`.
  func open(_ setup: RealtimeSetup, on loop: EventLoop) async throws -> any RealtimeSession {
    switch (setup.engine, cascade) {
    case (.live, _), (.automatic, nil): return try await live.open(setup, on: loop)
    case (.cascade, let cascade?): return try await cascade.open(setup, on: loop)
    case (.cascade, nil):
      throw SpeechError(.configuration, "the cascade is not set up on this server")
    case (.automatic, let cascade?):
      let both = FallbackModel(live, then: cascade) { [failovers] error in
        failovers.increment()
        Log("calls").warning("a call goes on with the cascade", ["error": "\(error)"])
      }
      return try await both.open(setup, on: loop)
    }
  }
}

extension Product {
  /// The models of the settings. A cascade is made when the server starts with its keys, which may change
  /// after that.
  static func brain(_ current: CurrentSettings, _ loop: EventLoop) -> Brain {
    let settings = current.value
    let live = GeminiLiveModel(settings: { gemini(current.value.gemini) })
    guard settings.googleSpeech.apiKey != nil, settings.azureSpeech.apiKey != nil else {
      return Brain(live: live, cascade: nil)
    }
    let parts = CascadeParts(
      ears: GoogleSpeechRecognizer(settings: { ears(current.value.googleSpeech) }, loop: loop),
      brain: GeminiChatModel(settings: { geminiText(current.value.gemini) }, loop: loop),
      voice: AzureSpeechVoice(settings: { voice(current.value.azureSpeech) }, loop: loop))
    return Brain(live: live, cascade: CascadeModel(parts))
  }

  private static func gemini(_ settings: Settings.Gemini) -> GeminiLiveSettings {
    GeminiLiveSettings(
      apiKey: settings.apiKey, baseURL: settings.baseURL, model: settings.model)
  }

  private static func ears(_ settings: Settings.GoogleSpeech) -> GoogleSpeechSettings {
    GoogleSpeechSettings(
      apiKey: settings.apiKey ?? "", baseURL: settings.baseURL, model: settings.model)
  }

  private static func voice(_ settings: Settings.AzureSpeech) -> AzureSpeechSettings {
    AzureSpeechSettings(
      apiKey: settings.apiKey ?? "", region: settings.region, baseURL: settings.baseURL)
  }
}
