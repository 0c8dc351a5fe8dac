package import RPCCore

/// Waiting times between attempts: each longer than the one before, within a jitter.
public struct Backoff: Sendable, Equatable {
  /// Before the second attempt.
  public var initial = Duration.seconds(1)
  /// No wait is longer, jitter aside.
  public var maximum = Duration.seconds(120)
  /// How much longer each wait is than the one before.
  public var multiplier = 1.6
  /// The share by which a wait is lengthened or shortened at random.
  public var jitter = 0.2

  /// The waits gRPC prescribes for connections.
  public init() {}

  /// The wait after `failures` failed attempts in a row (from 1); `random` is in -1 ... 1.
  package func delay(after failures: Int, random: Double) -> Duration {
    var wait = initial
    for _ in 1..<max(1, min(failures, 64)) where wait < maximum { wait = wait * multiplier }
    return min(wait, maximum) * (1 + jitter * random)
  }
}

/// When to try to connect again: decides; its owner has the clock.
///
/// The wait counts from the beginning of an attempt, so that a slow failure has paid for its own.
package struct BackoffMachine: Sendable {
  private let backoff: Backoff
  private var attempts = 0
  private var next: Deadline?

  package init(_ backoff: Backoff) { self.backoff = backoff }

  /// An attempt begins: gives how long it may take, which is never less than `minimum`.
  package mutating func begin(
    at now: Deadline, minimum: Duration, random: Double
  ) -> Duration {
    attempts += 1
    let wait = backoff.delay(after: attempts, random: random)
    next = Deadline(wait, after: now)
    return max(minimum, wait)
  }

  /// How long to wait for the next attempt after a failed one.
  package func pause(at now: Deadline) -> Duration { next?.remaining(at: now) ?? .zero }

  /// A connection is there, or its owner has a reason to try at once: the waits start over.
  package mutating func reset() {
    attempts = 0
    next = nil
  }
}
