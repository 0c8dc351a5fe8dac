import EventLoop
import Redis
import ScratchRedis
import Testing

@testable internal import Limits

@Suite struct SharedLimitsTests {
  private func with(
    _ body: (ScratchRedis, [RedisClient]) async throws -> Void
  ) async throws {
    let redis = try await ScratchRedis.start()
    let loops = EventLoopGroup(count: 2, name: "limits-test")
    // Patient: on a busy machine a time-out would make each client count for itself.
    var configuration = try RedisConfiguration(url: redis.url)
    configuration.commandTimeout = .seconds(30)
    let clients = try loops.loops.map {
      try RedisClient(loops: [$0], configuration: configuration, scripts: Limiter.scripts)
    }
    for client in clients {
      client.start()
      _ = await client.ready()
    }
    try await body(redis, clients)
    for client in clients { await client.close() }
    await loops.stop()
    await redis.stop()
  }

  /// How many calls have come back at most since `start`.
  private static func returned(since start: ContinuousClock.Instant, every: Duration) -> Int {
    Int((ContinuousClock.now - start) / every) + 1
  }

  private let key = LimitKey(what: .anonymous, who: .address(NetworkAddress("203.0.113.9")))

  @Test func `Redis comes to the same verdicts as our own table`() async throws {
    try await with { _, clients in
      // Entries are kept: between two steps of the test's clock Redis's own may go on further.
      let script = RedisScript(
        name: "test",
        source: """
          local function take()
            \(SharedLimits.source(now: "local now = tonumber(ARGV[4])"))
          end
          local verdict = take()
          redis.call('PERSIST', KEYS[1])
          return verdict
          """)
      for limit in [1, 3, 7, 100, 6000] {
        let rate = GCRA(try #require(Rate(limit: limit, period: 60)))
        let table = LimitTable()
        let key = LimitKey(what: .read, who: .principal("\(limit)"))
        var now: Int64 = 4_000_000_000_000_000
        for _ in 0..<300 {
          now += Int64.random(in: 0...(rate.interval * 2))
          let wanted = Int.random(in: 0...4)
          let reply = try await clients[0].run(
            script, keys: [key.place],
            arguments: [
              .integer(rate.interval), .integer(Int64(limit)), .integer(Int64(wanted)),
              .integer(now),
            ])
          #expect(try SharedLimits.verdict(reply) == table.take(wanted, of: key, rate, now: now))
        }
      }
    }
  }

  @Test func `processes share one allowance to the call`() async throws {
    try await with { _, clients in
      let limiters = clients.map { Limiter(redis: $0) }
      let rate = Rate(100, perMinutes: 60)
      let start = ContinuousClock.now
      var granted = 0
      for number in 0..<300 {
        let verdict = await limiters[number % 2].take(key, rate)
        granted += verdict.granted
        if verdict.isRefused { #expect(limiters[number % 2].look(key, rate).isRefused) }
      }
      #expect((100...100 + Self.returned(since: start, every: .seconds(36))).contains(granted))
    }
  }

  @Test func `calls granted ahead are never more than the limit in all`() async throws {
    try await with { _, clients in
      let limiters = clients.map { Limiter(redis: $0) }
      let rate = Rate(2000, perMinutes: 60)
      let key = LimitKey(what: .read, who: .principal("pa_live_1"))
      let start = ContinuousClock.now
      var granted = 0
      for number in 0..<3000 { granted += await limiters[number % 2].take(key, rate).granted }
      #expect(granted <= 2000 + Self.returned(since: start, every: .milliseconds(1800)))
      #expect(granted >= 1980)
      let asked = try await clients[0].run(RedisCommand("INFO", "commandstats")).bytes ?? []
      let stats = String(decoding: asked, as: UTF8.self)
      let calls = stats.firstMatch(of: /cmdstat_evalsha:calls=(\d+)/).flatMap { Int($0.1) } ?? 0
      #expect(calls > 100 && calls < 1300)
    }
  }

  @Test func `without Redis each process goes on from what it knows`() async throws {
    try await with { redis, clients in
      let limiter = Limiter(redis: clients[0])
      let rate = Rate(10, perMinutes: 60)
      for _ in 0..<6 { #expect(await limiter.take(key, rate).granted == 1) }
      await redis.kill()
      var more = 0
      for _ in 0..<20 { more += await limiter.take(key, rate).granted }
      #expect(more == 4)
    }
  }

  @Test(
    arguments: [
      .null, .array([]), .array([.integer(1), .integer(2), .integer(3)]),
      .array([.integer(1), .integer(2), .integer(3), .null]), .status("OK"),
    ] as [RedisReply])
  func `what is no verdict is refused`(_ reply: RedisReply) {
    #expect(throws: RedisError.self) { try SharedLimits.verdict(reply) }
  }
}
