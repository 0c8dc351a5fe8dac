internal import Glibc

/// The time of day, for vendors that speak in dates.
enum WallClock {
  /// Seconds since 1970.
  static func seconds() -> Int64 { Int64(time(nil)) }
}
