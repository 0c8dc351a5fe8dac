internal import Protobuf
internal import Domain
internal import VoiceAPI

/// When a turn begins and ends: a preset's values, and the agent's own in their place.
struct TurnSettings: Sendable, Equatable {
  typealias TurnTaking = Payaid.Voice.V1.TurnTaking

  /// Silence that ends the caller's turn.
  var endOfTurnSilence: Duration
  /// Speech that begins a turn, or interrupts.
  var interruptionSpeech: Duration
  /// Whether soft sounds count as speech.
  var isSensitive: Bool
  /// Silence of both sides after which the agent asks.
  var idleTimeout: Duration
  /// How often it asks before it hangs up.
  var idlePrompts: Int
  /// Whether the caller can interrupt the agent.
  var isInterruptible = true

  /// The values that the API documents for `preset`.
  init(_ preset: TurnTaking.Preset) {
    switch preset {
    case .patient:
      self.init(
        endOfTurnSilence: .milliseconds(1_200), interruptionSpeech: .milliseconds(200),
        isSensitive: false, idleTimeout: .seconds(20), idlePrompts: 3)
    case .snappy:
      self.init(
        endOfTurnSilence: .milliseconds(300), interruptionSpeech: .milliseconds(20),
        isSensitive: true, idleTimeout: .seconds(6), idlePrompts: 1)
    case .unspecified, .balanced, .unrecognized:
      self.init(
        endOfTurnSilence: .milliseconds(500), interruptionSpeech: .milliseconds(60),
        isSensitive: true, idleTimeout: .seconds(10), idlePrompts: 2)
    }
  }

  /// What `turns` says, completed by its preset.
  init(_ turns: TurnTaking) {
    self.init(turns.preset)
    if let silence = turns.endOfTurnSilence { endOfTurnSilence = Duration(silence) }
    if let speech = turns.interruptionSpeech { interruptionSpeech = Duration(speech) }
    switch turns.interruptionSensitivity {
    case .low: isSensitive = false
    case .high: isSensitive = true
    case .unspecified, .unrecognized: break
    }
    if let timeout = turns.idleTimeout { idleTimeout = Duration(timeout) }
    if let prompts = turns.idlePrompts { idlePrompts = Int(prompts) }
    isInterruptible = !turns.interruptionsDisabled
  }

  private init(
    endOfTurnSilence: Duration, interruptionSpeech: Duration, isSensitive: Bool,
    idleTimeout: Duration, idlePrompts: Int
  ) {
    self.endOfTurnSilence = endOfTurnSilence
    self.interruptionSpeech = interruptionSpeech
    self.isSensitive = isSensitive
    self.idleTimeout = idleTimeout
    self.idlePrompts = idlePrompts
  }
}
