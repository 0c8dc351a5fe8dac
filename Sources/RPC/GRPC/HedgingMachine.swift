package import RPCCore

/// When the next of a call's parallel attempts begins, and when one failure is all of theirs:
/// decides; its owner has the timer and the attempts.
///
/// An attempt that was answered commits the call: its owner then stops asking.
package struct HedgingMachine: Sendable {
  package enum OnFailure: Sendable, Equatable {
    /// The failure is the call's; attempts that still run are cancelled.
    case giveUp
    /// Another attempt may still answer.
    case wait
    /// The next attempt begins after this, in place of the hedging delay that runs.
    case next(after: Duration)
  }

  package enum OnDue: Sendable, Equatable {
    case begin
    /// No other attempt begins; one that runs may still answer.
    case wait
    /// No other attempt begins and none runs: the last failure is the call's.
    case giveUp
  }

  private let policy: HedgingPolicy
  /// Attempts begun.
  package private(set) var attempts = 0
  private var running = 0
  private var isStopped = false

  package init(_ policy: HedgingPolicy) { self.policy = policy }

  /// An attempt begins: gives after how long the next one is due, unless it was the last.
  package mutating func begin() -> Duration? {
    attempts += 1
    running += 1
    return hasMore ? policy.delay : nil
  }

  /// Whether the attempt that is due now begins. Once it may not, none follows.
  package mutating func nextIsDue(_ throttle: RetryThrottle?) -> OnDue {
    if !(throttle?.allowsRetries ?? true) { isStopped = true }
    if hasMore { return .begin }
    return running == 0 ? .giveUp : .wait
  }

  /// One of the running attempts failed.
  package mutating func failed(
    _ code: StatusCode, _ pushback: Pushback, _ throttle: inout RetryThrottle?
  ) -> OnFailure {
    running -= 1
    let isFatal = !policy.nonFatalCodes.contains(code)
    if !isFatal || pushback == .never { throttle?.failed() }
    if isFatal { return .giveUp }
    if pushback == .never || !(throttle?.allowsRetries ?? true) { isStopped = true }
    guard hasMore else { return running == 0 ? .giveUp : .wait }
    if case .after(let wait) = pushback { return .next(after: wait) }
    return .next(after: .zero)
  }

  private var hasMore: Bool { !isStopped && attempts < policy.maxAttempts }
}
