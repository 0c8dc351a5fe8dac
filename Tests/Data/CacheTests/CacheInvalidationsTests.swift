import EventLoop
import Postgres
import ScratchPostgres
import Testing

@testable internal import Cache

@Suite struct CacheInvalidationsTests {
  private let key = CacheKey(area: "agent.1", owner: "mer_a", name: "agt_1")
  private let other = CacheKey(area: "agent.1", owner: "mer_a", name: "agt_2")

  private func store() -> MemoryCache<String> { .init(limits: .init(lifetime: .seconds(600))) }

  /// Waits until the store no longer has the key; says how long that took.
  private func gone(_ key: CacheKey, from store: MemoryCache<String>) async throws -> Duration {
    let loop = ScratchPostgres.loops.loops[0]
    let start = ContinuousClock.now
    while store.held(key) != nil {
      try #require(ContinuousClock.now - start < .seconds(10))
      try await loop.sleep(for: .milliseconds(1))
    }
    return ContinuousClock.now - start
  }

  @Test func `a committed change reaches every listening process in 100 ms, others stay`()
    async throws
  {
    let pool = try await ScratchPostgres.database()
    let stores = [store(), store()]
    let listeners = stores.map { store in
      let listener = CacheInvalidations()
      listener.add(store, area: "agent.1")
      return listener
    }
    for listener in listeners { try await listener.start(pool) }
    var (times, commits): ([Duration], [Duration]) = ([], [])
    for _ in 0..<20 {
      for store in stores {
        await store.bring(key, "one")
        await store.bring(other, "two")
      }
      let start = ContinuousClock.now
      try await pool.transaction {
        try await $0.execute("SELECT pg_notify('payaid_cache', \(key.text))")
        #expect(stores.allSatisfy { $0.held(key) == "one" })
      }
      commits.append(ContinuousClock.now - start)
      for store in stores { times.append(try await gone(key, from: store)) }
      #expect(stores.allSatisfy { $0.held(other) == "two" })
    }
    // The medians: one of them may have met a busy moment of the machine. Where it is always busy, a
    // transaction shows by how much.
    let (time, commit) = (times.sorted()[times.count / 2], commits.sorted()[commits.count / 2])
    #expect(time < max(.milliseconds(100), commit * 10))
    for listener in listeners { listener.stop() }
    await pool.close()
  }

  @Test func `after a gap in listening everything is dropped`() async throws {
    let pool = try await ScratchPostgres.database()
    let store = store()
    let listener = CacheInvalidations()
    listener.add(store, area: "agent.1")
    try await listener.start(pool)
    await store.bring(key, "one")
    try await pool.execute(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE query LIKE 'LISTEN%' AND datname = current_database()
      """)
    _ = try await gone(key, from: store)
    listener.stop()
    await pool.close()
  }
}
