internal import Synchronization

/// Calls that Redis granted to this process ahead, so that not every call asks it. Bounded.
///
/// Used or not, they have been counted: processes together never grant more than the limit. What is not
/// used within a second is void, so that leftovers do not add to a later burst.
final class LeaseTable: Sendable {
  private struct Lease {
    var left: Int
    /// How the limit stood when it was granted.
    let verdict: Verdict
    let granted: Int64
  }

  private static let lifetime: Int64 = 1_000_000
  private static let capacity = 10_000
  private let leases = Mutex<[LimitKey: Lease]>([:])

  /// How many calls to ask for at once: a two-hundredth of the limit.
  static func size(_ rate: Rate) -> Int { max(1, rate.limit / 200) }

  /// One call of a lease; nil when there is none.
  func take(_ key: LimitKey, now: Int64) -> Verdict? {
    leases.withLock { leases in
      guard var lease = leases[key] else { return nil }
      let age = now - lease.granted
      guard lease.left > 0, age < Self.lifetime else {
        leases[key] = nil
        return nil
      }
      lease.left -= 1
      leases[key] = lease
      return Verdict(
        granted: 1, remaining: lease.verdict.remaining + lease.left,
        untilFull: max(0, lease.verdict.untilFull - age), untilNext: 0)
    }
  }

  /// Keeps what was granted beyond the one call that asked; gives that call's verdict.
  func keep(_ verdict: Verdict, of key: LimitKey, now: Int64) -> Verdict {
    guard verdict.granted > 1 else { return verdict }
    let lease = Lease(left: verdict.granted - 1, verdict: verdict, granted: now)
    leases.withLock { leases in
      if leases.count >= Self.capacity { leases.removeAll() }
      leases[key] = lease
    }
    var first = verdict
    first.granted = 1
    first.remaining += lease.left
    return first
  }
}
