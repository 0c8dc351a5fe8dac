public import RPCCore

/// How often a method is tried again after a failure that promises better luck (gRFC A6).
public struct RetryPolicy: Sendable, Equatable {
  /// Attempts in all, the first one included; 2 to 5.
  public let maxAttempts: Int
  /// The waits between attempts; gRPC fixes the jitter at a fifth.
  public let backoff: Backoff
  /// The codes that are worth another attempt.
  public let retryableCodes: Set<StatusCode>

  /// A policy; more attempts than 5 count as 5, fewer than 2 as 2.
  public init(
    maxAttempts: Int, initialBackoff: Duration = .milliseconds(100),
    maxBackoff: Duration = .seconds(5), multiplier: Double = 2, retryableCodes: Set<StatusCode>
  ) {
    self.maxAttempts = Attempts.bounded(maxAttempts)
    var backoff = Backoff()
    backoff.initial = initialBackoff
    backoff.maximum = maxBackoff
    backoff.multiplier = multiplier
    self.backoff = backoff
    self.retryableCodes = retryableCodes
  }
}

/// How many attempts of one call run beside each other; the first answer counts (gRFC A6). Only for
/// methods that may be executed more than once.
public struct HedgingPolicy: Sendable, Equatable {
  /// Attempts in all, the first one included; 2 to 5.
  public let maxAttempts: Int
  /// After how long without an answer the next attempt begins; zero begins all of them at once.
  public let delay: Duration
  /// The codes of one attempt that let the others go on; any other ends the call.
  public let nonFatalCodes: Set<StatusCode>

  /// A policy; more attempts than 5 count as 5, fewer than 2 as 2.
  public init(maxAttempts: Int, delay: Duration = .zero, nonFatalCodes: Set<StatusCode> = []) {
    self.maxAttempts = Attempts.bounded(maxAttempts)
    self.delay = delay
    self.nonFatalCodes = nonFatalCodes
  }
}

private enum Attempts {
  static func bounded(_ count: Int) -> Int { min(max(count, 2), 5) }
}

/// When retries towards one server stop, because most calls fail anyway (gRFC A6).
public struct RetryThrottling: Sendable, Equatable {
  /// What the count of tokens begins with and never exceeds; above 0, at most 1,000.
  public let maxTokens: Double
  /// What a call that succeeds adds, to three decimals; a failure takes 1.
  public let tokenRatio: Double

  /// Settings with values in their ranges.
  public init(maxTokens: Double, tokenRatio: Double) {
    self.maxTokens = min(max(maxTokens, 0.001), 1_000)
    self.tokenRatio = max(tokenRatio, 0.001)
  }
}

/// What a server says about another attempt, in the trailer `grpc-retry-pushback-ms`.
package enum Pushback: Sendable, Equatable {
  case none
  case after(Duration)
  /// Negative, or not to be read.
  case never

  /// The pushback in the trailers of a failed attempt.
  package init(_ trailers: Metadata) {
    let values = trailers.values("grpc-retry-pushback-ms")
    guard let text = values.first else {
      self = .none
      return
    }
    guard values.count == 1, let wait = Int32(text), wait >= 0 else {
      self = .never
      return
    }
    self = .after(.milliseconds(wait))
  }
}
