import Redis
import ScratchRedis
import Testing

@testable internal import Cache

/// What a store over Redis promises beyond the shared suite: a Redis that fails is as good as none.
@Suite struct RedisCacheTests {
  private let key = CacheKey(area: "agent.1", owner: "mer_a", name: "agt_1")

  @Test func `without Redis a process keeps what it brought, and no caller sees an error`()
    async throws
  {
    try await StoreBench.with(.redis) { stores in
      await stores.redis?.kill()
      await stores.first.bring(key, "one")
      #expect(stores.first.near.held(key) == "one")
      #expect(await stores.second.find(key).value == nil)
      await stores.first.drop(key)
      #expect(await stores.first.find(key).value == nil)
    }
  }

  @Test func `a frozen Redis costs its time-out once`() async throws {
    try await StoreBench.with(.redis) { stores in
      stores.redis?.freeze()
      let start = ContinuousClock.now
      for number in 0..<200 {
        await stores.first.bring(CacheKey(area: "a", name: "\(number)"), "one")
      }
      // 200 time-outs would be 400 seconds.
      #expect(ContinuousClock.now - start < .seconds(100))
      #expect(stores.first.near.held(CacheKey(area: "a", name: "199")) == "one")
    }
  }

  @Test func `a drop that Redis did not hear of is made good before it is believed again`()
    async throws
  {
    try await StoreBench.with(.redis) { stores in
      await stores.first.bring(key, "old")
      stores.redis?.freeze()
      await stores.first.drop(key)
      #expect(await stores.first.find(key).value == nil)
      stores.redis?.thaw()
      await stores.reconnected()
      #expect(await stores.first.find(key).value == nil)
    }
  }

  @Test func `a Redis that was emptied is used again`() async throws {
    try await StoreBench.with(.redis) { stores in
      await stores.first.bring(key, "one")
      try await stores.run(RedisCommand("FLUSHALL"))
      #expect(stores.first.near.held(key) == "one")
      let other = CacheKey(area: "agent.1", owner: "mer_a", name: "agt_2")
      // The first look-up finds no epoch and has a new one set; soon fills are shared again.
      repeat {
        await stores.first.drop(other)
        await stores.first.bring(other, "two")
      } while await stores.second.find(other).value != "two"
    }
  }

  @Test func `what lies in Redis from before a connection was made is not believed`() async throws {
    try await StoreBench.with(.redis) { stores in
      await stores.first.bring(key, "before")
      try await stores.run(RedisCommand("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"))
      repeat { await stores.reconnected() } while await stores.second.find(key).value == "before"
      #expect(await stores.second.find(key).value == nil)
    }
  }

  @Test(
    arguments: [
      [], [86], Array("V12345678".utf8).dropLast(), Array("X12345678old".utf8),
      Array("T12345678old".utf8), Array("V12345679old".utf8),
    ] as [[UInt8]])
  func `what is no entry of the epoch has no value`(_ bytes: [UInt8]) {
    #expect(FarEntry.value(bytes, epoch: Array("12345678".utf8)) == nil)
  }

  @Test func `an entry gives its value back`() {
    let epoch = FarEntry.randomEpoch()
    let entry = FarEntry.entry([1, 2], epoch: epoch)
    #expect(FarEntry.value(entry, epoch: epoch) == [1, 2])
    #expect(FarEntry.prefix(entry) == [86] + epoch)
  }
}
