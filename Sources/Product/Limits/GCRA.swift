/// The generic cell rate algorithm, in whole microseconds. Pure.
///
/// The whole state is one moment, the theoretical arrival time: when the allowance will be full again.
/// Each call moves it on by `interval`; a call that would move it more than `limit` intervals from now
/// is refused. `limit` calls may come at once, then one in each interval. What Redis runs is
/// ``SharedLimits/script``, the same in Lua; a test holds one against the other.
struct GCRA: Sendable {
  let limit: Int
  /// Microseconds that one call takes up, rounded up: never more than the rate.
  let interval: Int64

  init(_ rate: Rate) {
    limit = rate.limit
    let period = Int64(rate.period) * 1_000_000
    interval = (period + Int64(rate.limit) - 1) / Int64(rate.limit)
  }

  private var burst: Int64 { interval * Int64(limit) }

  /// Takes at most `wanted` calls at `now`; `full` is the state so far, 0 for a new one.
  ///
  /// A state beyond what this rate can give (the rate was another, the clock was set) counts as spent,
  /// so nobody waits longer than the period.
  func take(_ wanted: Int, full: Int64, now: Int64) -> Verdict {
    let base = min(max(full, now), now + burst)
    let room = burst - (base - now)
    let available = Int(room / interval)
    let granted = min(wanted, available)
    let next = base + Int64(granted) * interval
    return Verdict(
      granted: granted, remaining: available - granted, untilFull: next - now,
      untilNext: available > 0 ? 0 : interval - room)
  }
}

/// What a limit says: how many calls are granted, and how it stands then.
struct Verdict: Sendable, Equatable {
  var granted: Int
  /// Calls that may still come at once.
  var remaining: Int
  /// Microseconds until the whole allowance is there again, if nothing comes.
  var untilFull: Int64
  /// Microseconds until one more call would be granted; 0 when one would be now.
  var untilNext: Int64

  /// Whether nothing was granted and nothing would be now.
  var isRefused: Bool { granted == 0 && remaining == 0 }
}
