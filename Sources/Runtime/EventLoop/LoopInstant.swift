internal import Glibc

/// A point on the monotonic clock, in nanoseconds. Comparable across loops, not across machines.
public struct LoopInstant: InstantProtocol, Sendable, Hashable {
  /// Nanoseconds since some fixed moment before this process.
  public let nanoseconds: Int64

  /// The instant `nanoseconds` after the clock's origin.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Reads the clock; about 25 ns. Use `EventLoop.now` on a loop, which reads it once an iteration.
  public static func readClock() -> LoopInstant {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return LoopInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// The moment `duration` later.
  public func advanced(by duration: Duration) -> LoopInstant {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.inNanoseconds)
    return LoopInstant(nanoseconds: overflow ? .max : sum)
  }

  /// How long after this moment `other` is.
  public func duration(to other: LoopInstant) -> Duration {
    .nanoseconds(other.nanoseconds - nanoseconds)
  }

  public static func < (a: LoopInstant, b: LoopInstant) -> Bool { a.nanoseconds < b.nanoseconds }
}

extension Duration {
  /// Whole nanoseconds, rounded down and clamped to what 64 bits hold (292 years).
  public var inNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carry ? (seconds < 0 ? .min : .max) : sum
  }
}
