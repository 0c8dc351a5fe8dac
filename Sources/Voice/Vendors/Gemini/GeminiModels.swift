internal import Speech

/// Asks one model after the other.
enum GeminiModels {
  /// What the first of `models` answers that is not overloaded, out of reach or gone; else the first one's
  /// failure. After a failure the next one is asked only while `mayContinue`.
  static func first<Answer>(
    of models: [String], while mayContinue: () -> Bool = { true },
    _ ask: (String) async throws -> Answer
  ) async throws -> Answer {
    var first: SpeechError?
    for model in models {
      do {
        return try await ask(model)
      } catch let error as SpeechError where error.mayBeTheModels && mayContinue() {
        first = first ?? error
      }
    }
    throw first ?? SpeechError(.configuration, "gemini: no text model is set")
  }
}

extension SpeechError {
  /// Whether another model may answer what this one did not.
  fileprivate var mayBeTheModels: Bool {
    switch kind {
    case .transient, .quota, .configuration: true
    case .permanent, .outcomeUnknown: false
    }
  }
}
