internal import Glibc

/// A point on the monotonic clock after which a call is worth nothing.
///
/// It never crosses the wire as such: gRPC sends what is left of it.
public struct Deadline: Sendable, Hashable, Comparable {
  /// Nanoseconds on the clock that made it (`CLOCK_MONOTONIC` unless a test says otherwise).
  public let nanoseconds: UInt64

  /// The point `nanoseconds` on the clock.
  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// This moment.
  public static var now: Deadline {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Deadline(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }

  /// The moment `duration` after `start`; durations past five centuries stop there.
  public init(_ duration: Duration, after start: Deadline = .now) {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 0, attoseconds >= 0 else {
      self = start
      return
    }
    let whole = UInt64(min(seconds, 9_000_000_000)) * 1_000_000_000
    nanoseconds = start.nanoseconds &+ whole &+ UInt64(attoseconds / 1_000_000_000)
  }

  /// What is left at `moment`; zero when it has passed.
  public func remaining(at moment: Deadline = .now) -> Duration {
    nanoseconds > moment.nanoseconds
      ? .nanoseconds(Int64(clamping: nanoseconds - moment.nanoseconds)) : .zero
  }

  public static func < (left: Deadline, right: Deadline) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

/// Where a call reads the time: the monotonic clock, or a test's own.
public struct RPCClock: Sendable {
  private let read: @Sendable () -> Deadline

  /// A clock that answers `now` by calling `read`, from any thread.
  public init(_ read: @escaping @Sendable () -> Deadline) { self.read = read }

  /// `CLOCK_MONOTONIC`.
  public static let monotonic = RPCClock { .now }

  /// This moment on the clock.
  public var now: Deadline { read() }
}
