package import RPCCore

/// Whether and when a call whose attempt failed is tried again: decides; its owner acts.
///
/// One attempt runs at a time. Attempts the server has not seen are no business of this machine, nor
/// are calls that are committed: their owner does not ask.
package struct RetryMachine: Sendable {
  package enum OnFailure: Sendable, Equatable {
    /// The failure is the call's.
    case giveUp
    case retry(after: Duration)
  }

  private let policy: RetryPolicy
  /// Attempts begun, the running one included.
  package private(set) var attempts = 1
  private var waits = 0

  package init(_ policy: RetryPolicy) { self.policy = policy }

  /// The running attempt failed. `random` is in -1 ... 1.
  package mutating func failed(
    _ code: StatusCode, _ pushback: Pushback, _ throttle: inout RetryThrottle?, random: Double
  ) -> OnFailure {
    let isRetryable = policy.retryableCodes.contains(code)
    if isRetryable || pushback == .never { throttle?.failed() }
    guard isRetryable, pushback != .never, throttle?.allowsRetries ?? true,
      attempts < policy.maxAttempts
    else { return .giveUp }
    attempts += 1
    if case .after(let wait) = pushback {
      waits = 0
      return .retry(after: wait)
    }
    waits += 1
    return .retry(after: policy.backoff.delay(after: waits, random: random))
  }
}

/// The tokens of all calls of a channel: a failure takes one, a success gives a part of one back.
package struct RetryThrottle: Sendable {
  // Thousandths, as the setting has three decimals.
  private let maximum: Int
  private let ratio: Int
  private var tokens: Int

  package init(_ settings: RetryThrottling) {
    maximum = Int(settings.maxTokens * 1_000)
    ratio = Int((settings.tokenRatio * 1_000).rounded(.down))
    tokens = maximum
  }

  /// Whether more than half of the tokens is there.
  package var allowsRetries: Bool { tokens > maximum / 2 }

  /// An attempt failed in a way that another one might not, or the server wants no other.
  package mutating func failed() { tokens = max(0, tokens - 1_000) }

  /// A call succeeded.
  package mutating func succeeded() { tokens = min(maximum, tokens + ratio) }
}
