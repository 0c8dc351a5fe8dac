package import EventLoop
package import Speech

/// What a cascade is made of. Safe from any task.
package struct CascadeParts: Sendable {
  package var ears: any SpeechToText
  package var brain: any ChatModel
  package var voice: any TextToSpeech

  package init(ears: any SpeechToText, brain: any ChatModel, voice: any TextToSpeech) {
    self.ears = ears
    self.brain = brain
    self.voice = voice
  }
}

/// A recogniser, a chat model and a voice as a speech-to-speech model. Safe from any task.
///
/// The caller's utterances are cut by our own voice detector; an answer is spoken sentence by sentence
/// while the model still writes it.
package struct CascadeModel: RealtimeModel {
  private let parts: CascadeParts

  package init(_ parts: CascadeParts) { self.parts = parts }

  /// Returns at once, ready: nothing is asked of a vendor before somebody speaks.
  package func open(
    _ setup: RealtimeSetup, on loop: EventLoop
  ) async throws -> any RealtimeSession {
    CascadeSession(parts, setup: setup, loop: loop)
  }
}
