/// A person on the phone: listens, waits for a pause, says the next line, and hangs up.
///
/// States: listening to the greeting → (speaking a line → listening to the answer)* → leaving.
/// Pure: the play-out model tells it ten times a second whether the agent is being heard.
package struct CallerMachine: Sendable {
  /// What the caller does now.
  package enum Action: Sendable, Equatable {
    case nothing
    /// Starts speaking the line with this index.
    case speak(Int)
    case hangUp
  }

  private enum State: Equatable {
    case listening(next: Int)
    case speaking(Int)
    case left
  }

  /// How long the caller waits at the end for the agent to hang up.
  private static let lastPatience: Duration = .seconds(15)
  private static let lastPause: Duration = .milliseconds(1_200)

  private let script: CallScript
  private var state: State = .listening(next: 0)
  private var since: Duration = .zero
  private var agentStarted: Duration?
  private var agentStopped: Duration?
  private var hasHeardAgent = false
  /// Lines started because the agent stayed silent too long.
  package private(set) var impatientLines = 0

  /// `answeredAt` is the time of the answer on the clock `advance` uses.
  package init(script: CallScript, answeredAt: Duration) {
    self.script = script
    since = answeredAt
  }

  /// Whether the caller is in the middle of a line.
  package var isSpeaking: Bool {
    if case .speaking = state { true } else { false }
  }

  /// The line in progress has been spoken to its end.
  package mutating func lineEnded(at now: Duration) {
    guard case .speaking(let line) = state else { return }
    state = .listening(next: line + 1)
    since = now
    hasHeardAgent = false
    agentStarted = nil
    agentStopped = nil
  }

  /// Call every 100 ms with what is in the caller's ear.
  package mutating func advance(at now: Duration, agentSpeaks: Bool) -> Action {
    listen(agentSpeaks, at: now)
    guard case .listening(let next) = state else { return .nothing }
    return next < script.lines.count ? considerLine(next, at: now) : considerLeaving(at: now)
  }

  private mutating func listen(_ agentSpeaks: Bool, at now: Duration) {
    if agentSpeaks {
      if agentStarted == nil { agentStarted = now }
      agentStopped = nil
      hasHeardAgent = true
    } else if hasHeardAgent, agentStopped == nil {
      agentStopped = now
      agentStarted = nil
    }
  }

  private mutating func considerLine(_ index: Int, at now: Duration) -> Action {
    let line = script.lines[index]
    if let bargeIn = line.bargeIn, let agentStarted, now - agentStarted >= bargeIn {
      return speak(index)
    }
    if hasPaused(for: line.pause, at: now) { return speak(index) }
    if !hasHeardAgent, now - since >= line.patience {
      impatientLines += 1
      return speak(index)
    }
    return .nothing
  }

  private mutating func considerLeaving(at now: Duration) -> Action {
    let isOver =
      switch script.ending {
      case .caller:
        hasPaused(for: Self.lastPause, at: now) || (!hasHeardAgent && now - since >= .seconds(8))
      // Who has nothing to say only listens.
      case .agent: !script.lines.isEmpty && now - since >= Self.lastPatience
      }
    guard isOver else { return .nothing }
    state = .left
    return .hangUp
  }

  private func hasPaused(for pause: Duration, at now: Duration) -> Bool {
    agentStopped.map { now - $0 >= pause } ?? false
  }

  private mutating func speak(_ index: Int) -> Action {
    state = .speaking(index)
    return .speak(index)
  }
}
