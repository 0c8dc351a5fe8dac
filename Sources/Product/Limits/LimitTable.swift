internal import Synchronization

/// The allowances of this process, bounded. Safe from any thread.
///
/// Only what is not full needs remembering. When a part is full of such, the half that is nearest to
/// being full is forgotten: it was used least.
final class LimitTable: Sendable {
  private final class Part: Sendable {
    let full = Mutex<[LimitKey: Int64]>([:])
  }

  private let parts = (0..<16).map { _ in Part() }
  /// When everybody's allowance will be full again.
  private let allFull = Atomic<Int64>(0)
  private let capacity: Int

  init(capacity: Int = 160_000) { self.capacity = max(2, capacity / 16) }

  /// Takes `wanted` calls at most. Times are microseconds of one clock.
  func take(_ wanted: Int, of key: LimitKey, _ rate: GCRA, now: Int64) -> Verdict {
    part(key).full.withLock { full in
      let verdict = rate.take(wanted, full: full[key] ?? 0, now: now)
      if verdict.granted > 0 { set(key, now + verdict.untilFull, now: now, in: &full) }
      return verdict
    }
  }

  /// Whether no allowance at all is spent in part: then none need be looked at.
  func isFull(now: Int64) -> Bool { allFull.load(ordering: .relaxed) <= now }

  /// How it stands, without taking anything.
  func look(_ key: LimitKey, _ rate: GCRA, now: Int64) -> Verdict {
    part(key).full.withLock { rate.take(0, full: $0[key] ?? 0, now: now) }
  }

  /// Notes what was said elsewhere.
  func note(_ verdict: Verdict, of key: LimitKey, now: Int64) {
    part(key).full.withLock { set(key, now + verdict.untilFull, now: now, in: &$0) }
  }

  /// How many are remembered.
  var count: Int { parts.reduce(0) { $0 + $1.full.withLock { $0.count } } }

  private func set(_ key: LimitKey, _ moment: Int64, now: Int64, in full: inout [LimitKey: Int64]) {
    allFull.max(moment, ordering: .relaxed)
    if full.updateValue(moment, forKey: key) == nil, full.count > capacity {
      full = full.filter { $0.value > now }
      guard full.count > capacity / 2 else { return }
      let kept = full.sorted { $0.value > $1.value }.prefix(capacity / 2)
      full = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }
  }

  private func part(_ key: LimitKey) -> Part { parts[key.part] }
}
