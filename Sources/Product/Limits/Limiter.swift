package import EventLoop
package import Redis

/// Grants and refuses calls: by Redis where there is one and it answers, else by this process alone.
///
/// What Redis says is noted here too, so that when it falls silent each process goes on from there: at
/// the full rate each, but never without a limit.
package final class Limiter: Sendable {
  private let callers = LimitTable()
  private let addresses = LimitTable()
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

  /// Takes one call where that needs no waiting: nil when Redis has to be asked.
  func takeNow(_ key: LimitKey, _ rate: Rate) -> Verdict? {
    redis == nil ? takeHere(key, rate) : leases.take(key, now: now)
  }

  /// Takes one call.
  func take(_ key: LimitKey, _ rate: Rate) async -> Verdict {
    guard let redis else { return takeHere(key, rate) }
    if let verdict = leases.take(key, now: now) { return verdict }
    do {
      let verdict = try await SharedLimits.take(
        LeaseTable.size(rate), of: key, GCRA(rate), redis)
      table(of: key).note(verdict, of: key, now: now)
      return leases.keep(verdict, of: key, now: now)
    } catch {
      return takeHere(key, rate)
    }
  }

  private func takeHere(_ key: LimitKey, _ rate: Rate) -> Verdict {
    table(of: key).take(1, of: key, GCRA(rate), now: now)
  }

  private func table(of key: LimitKey) -> LimitTable {
    switch key.who {
    case .principal: callers
    case .address: addresses
    }
  }

  /// How it stands as far as this process knows, without taking anything.
  func look(_ key: LimitKey, _ rate: Rate) -> Verdict {
    table(of: key).look(key, GCRA(rate), now: now)
  }

  /// Whether no address has spent any of its allowance, as far as this process knows: where callers
  /// have keys, no address need be read.
  var isEveryAddressFull: Bool { addresses.isFull(now: now) }

  private var now: Int64 { clock().nanoseconds / 1000 }
}
