/// What a conversation took of its vendors; a hint for billing.
package struct SpeechUsage: Sendable, Equatable {
  /// Tokens of a speech-to-speech model.
  package var live: TokenUsage
  /// Tokens of a model that was asked in text.
  package var chat: TokenUsage
  /// Seconds of sound that a recogniser was given, each utterance to its next whole second.
  package var recognizedSeconds: Int
  /// Unicode scalars that a voice was given to say.
  package var spokenCharacters: Int

  package init(
    live: TokenUsage = TokenUsage(), chat: TokenUsage = TokenUsage(), recognizedSeconds: Int = 0,
    spokenCharacters: Int = 0
  ) {
    self.live = live
    self.chat = chat
    self.recognizedSeconds = recognizedSeconds
    self.spokenCharacters = spokenCharacters
  }

  package static func += (left: inout SpeechUsage, right: SpeechUsage) {
    left.live += right.live
    left.chat += right.chat
    left.recognizedSeconds += right.recognizedSeconds
    left.spokenCharacters += right.spokenCharacters
  }
}
