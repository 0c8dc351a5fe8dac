/// Decides when a call leaves its first model for the second; pure. Time is an argument.
///
/// ```
/// opening ── ready ─→ there ←─ reconnected ── away
///    │                │ └──── disconnected ────↑ │
///    └─ limit, closed ┴─ closed ─→ left ←─ limit, closed
/// ```
struct FallbackMachine {
  enum OnEvent: Equatable {
    case deliver
    /// The call knows it already.
    case drop
    case leave(SpeechError)
  }

  /// How long a model may take to be there, or to be there again. A first model that hangs is left
  /// before the conversation gives the call up: that waits 10 s for a model, and nudges one after 8 s.
  static let limit = Duration.seconds(4)

  private let setup: RealtimeSetup
  private(set) var isReady = false
  private var hasLeft = false
  /// When the first model is left if it is not there by then; nil while it is, and when it was left.
  private(set) var nextDeadline: Duration?

  init(setup: RealtimeSetup, at now: Duration) {
    self.setup = setup
    nextDeadline = now + Self.limit
  }

  /// Whether the first model is not there, and may come.
  var isWaiting: Bool { nextDeadline != nil }

  /// Takes an event of the model that is in use.
  mutating func received(_ event: RealtimeEvent, at now: Duration) -> OnEvent {
    switch event {
    case .ready:
      nextDeadline = nil
      if isReady { return .drop }
      isReady = true
    case .disconnected: if !hasLeft { nextDeadline = nextDeadline ?? now + Self.limit }
    case .reconnected: nextDeadline = nil
    case .closed(let error):
      nextDeadline = nil
      guard let error, !hasLeft, setup.mayFallBack(from: error, isReady: isReady) else { break }
      hasLeft = true
      return .leave(error)
    default: break
    }
    return .deliver
  }

  /// Time has passed; why the first model is to be left now, if it is.
  mutating func tick(at now: Duration) -> SpeechError? {
    guard let deadline = nextDeadline, deadline <= now else { return nil }
    nextDeadline = nil
    hasLeft = true
    return SpeechError(.transient, "the model was not there for 4 s")
  }
}
