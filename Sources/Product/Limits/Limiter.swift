package import EventLoop
package import Redis

/// Grants and refuses calls: by Redis where there is one and it answers, else by this process alone.
///
/// What Redis says is noted here too, so that when it falls silent each process goes on from there: at
/// the full rate each, but never without a limit.
package final class Limiter: Sendable {
  private let table = LimitTable()
  private let leases = LeaseTable()
  private let redis: RedisClient?
  private let clock: @Sendable () -> LoopInstant

  /// The scripts that `redis` must have been given.
  package static let scripts = [SharedLimits.script]

  package init(
    redis: RedisClient?, clock: @escaping @Sendable () -> LoopInstant = { .readClock() }
  ) {
    self.redis = redis
    self.clock = clock
  }

  /// Takes one call; without waiting where that can be.
  func take(_ key: LimitKey, _ rate: Rate) async -> Verdict {
    let now = now
    let cells = GCRA(rate)
    guard let redis else { return table.take(1, of: key, cells, now: now) }
    if let verdict = leases.take(key, now: now) { return verdict }
    do {
      let verdict = try await SharedLimits.take(LeaseTable.size(rate), of: key, cells, redis)
      table.note(verdict, of: key, now: self.now)
      return leases.keep(verdict, of: key, now: self.now)
    } catch {
      return table.take(1, of: key, cells, now: self.now)
    }
  }

  /// How it stands as far as this process knows, without taking anything.
  func look(_ key: LimitKey, _ rate: Rate) -> Verdict {
    table.look(key, GCRA(rate), now: now)
  }

  private var now: Int64 { clock().nanoseconds / 1000 }
}
