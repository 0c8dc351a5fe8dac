internal import Buffers
internal import Glibc

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
package struct Moment: Sendable, Hashable, Comparable {
  package var microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package init(milliseconds: Int64) { self.init(microseconds: milliseconds * 1_000) }

  package init(seconds: Int64) { self.init(microseconds: seconds * 1_000_000) }

  package var milliseconds: Int64 { microseconds.flooredQuotient(by: 1_000) }

  package var seconds: Int64 { microseconds.flooredQuotient(by: 1_000_000) }

  package static func < (a: Moment, b: Moment) -> Bool { a.microseconds < b.microseconds }

  package static func + (moment: Moment, duration: Duration) -> Moment {
    Moment(microseconds: moment.microseconds + duration.microseconds)
  }

  package static func - (moment: Moment, duration: Duration) -> Moment {
    Moment(microseconds: moment.microseconds - duration.microseconds)
  }

  package static func - (a: Moment, b: Moment) -> Duration {
    .microseconds(a.microseconds - b.microseconds)
  }
}

extension Duration {
  /// Whole microseconds, rounded towards zero.
  package var microseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }
}

/// The time of day, as the operating system knows it.
package enum WallClock {
  /// Now.
  package static var now: Moment {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Moment(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }
}
