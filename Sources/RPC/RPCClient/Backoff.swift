/// Waiting times between attempts to connect: each longer than the one before, within a jitter.
public struct Backoff: Sendable, Equatable {
  /// Before the second attempt.
  public var initial = Duration.seconds(1)
  /// No wait is longer, jitter aside.
  public var maximum = Duration.seconds(120)
  /// How much longer each wait is than the one before.
  public var multiplier = 1.6
  /// The share by which a wait is lengthened or shortened at random.
  public var jitter = 0.2

  /// The waits gRPC prescribes.
  public init() {}

  /// The wait after `failures` failed attempts in a row (from 1); `random` is in -1 ... 1.
  func delay(after failures: Int, random: Double) -> Duration {
    var wait = initial
    for _ in 1..<max(1, min(failures, 64)) where wait < maximum { wait = wait * multiplier }
    return min(wait, maximum) * (1 + jitter * random)
  }
}
