import EventLoop
import ScratchRedis
import TLS
import Testing

@testable internal import Redis

@Suite struct RedisClientTests {
  private func with(
    door: ScratchRedis.Door = .none, users: [String] = [], loops: Int = 1,
    scripts: [RedisScript] = [],
    configure: (ScratchRedis) throws -> RedisConfiguration = {
      try RedisConfiguration(url: $0.url)
    },
    _ body: (RedisClient, ScratchRedis, EventLoopGroup) async throws -> Void
  ) async throws {
    let redis = try await ScratchRedis.start(door: door, users: users)
    let group = EventLoopGroup(count: loops, name: "redis-test")
    var configuration = try configure(redis)
    // Longer than a busy machine may keep Redis from answering.
    configuration.commandTimeout = .seconds(2)
    let client = try RedisClient(
      loops: group.loops, configuration: configuration, scripts: scripts)
    client.start()
    try await body(client, redis, group)
    await client.close()
    await group.stop()
    await redis.stop()
  }

  @Test func `what was set is what is got, any bytes`() async throws {
    try await with { client, _, _ in
      #expect(await client.ready())
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
      let answer = try await client.run(RedisCommand("SET", "a", .bytes(bytes)))
      #expect(answer == .status("OK"))
      #expect(try await client.run(RedisCommand("GET", "a")).bytes == bytes)
      #expect(try await client.run(RedisCommand("GET", "b")) == .null)
    }
  }

  @Test func `thousands of commands at once are pipelined and answered in order`() async throws {
    try await with(loops: 2) { client, _, group in
      #expect(await client.ready())
      let sums = try await withThrowingTaskGroup(of: Int64.self) { tasks in
        for number in 0..<3000 {
          tasks.addTask(executorPreference: group.loops[number % 2]) {
            try await client.run(RedisCommand("ECHO", .integer(Int64(number)))).bytes
              .flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? -1
          }
        }
        return try await tasks.reduce(into: []) { $0.append($1) }
      }
      #expect(sums.sorted() == (0..<3000).map(Int64.init))
    }
  }

  @Test func `a refusal names its kind and harms nobody else`() async throws {
    try await with { client, _, _ in
      #expect(await client.ready())
      let error = await #expect(throws: RedisError.self) {
        try await client.run(RedisCommand("SECRETCOMMAND", "my secret"))
      }
      #expect(error?.message == "redis refused a command: ERR")
      let pong = try await client.run(RedisCommand("PING"))
      #expect(pong == .status("PONG"))
    }
  }

  @Test func `user, password and database of the url are used`() async throws {
    let users = ["user default off", "user voice on >p@ss:word ~* +@all"]
    let configure = { (redis: ScratchRedis) in
      try RedisConfiguration(url: "redis://voice:p%40ss:word@127.0.0.1:\(redis.port)/5")
    }
    try await with(door: .tcp, users: users, configure: configure) { client, _, _ in
      #expect(await client.ready())
      let whoami = try await client.run(RedisCommand("ACL", "WHOAMI"))
      #expect(whoami == .bytes(Array("voice".utf8)))
      let about = try await client.run(RedisCommand("CLIENT", "INFO")).bytes ?? []
      #expect(String(decoding: about, as: UTF8.self).contains(" db=5 "))
    }
  }

  @Test func `TLS reaches a server whose certificate is trusted`() async throws {
    let configure = { (redis: ScratchRedis) in
      var configuration = try RedisConfiguration(url: "rediss://127.0.0.1:\(redis.port)")
      configuration.trust = .pinned(redis.certificate)
      return configuration
    }
    try await with(door: .tls, configure: configure) { client, _, _ in
      #expect(await client.ready())
      let bytes = [UInt8](repeating: 7, count: 100_000)
      _ = try await client.run(RedisCommand("SET", "a", .bytes(bytes)))
      #expect(try await client.run(RedisCommand("GET", "a")).bytes == bytes)
    }
  }

  @Test func `a wrong password is no connection, and its callers are refused`() async throws {
    let users = ["user default off", "user voice on >right ~* +@all"]
    let configure = { (redis: ScratchRedis) in
      try RedisConfiguration(url: "redis://voice:wrong@127.0.0.1:\(redis.port)")
    }
    try await with(door: .tcp, users: users, configure: configure) { client, _, _ in
      #expect(await !client.isReady())
      let error = await #expect(throws: RedisError.self) {
        try await client.run(RedisCommand("PING"))
      }
      #expect(error?.kind == .unavailable)
    }
  }

  static let adder = RedisScript(
    name: "add", source: "return redis.call('INCRBY', KEYS[1], ARGV[1])")

  @Test func `a script runs by its digest, also when the server has forgotten it`() async throws {
    try await with(scripts: [Self.adder]) { client, _, _ in
      #expect(await client.ready())
      #expect(try await client.run(Self.adder, keys: ["n"], arguments: [5]) == .integer(5))
      _ = try await client.run(RedisCommand("SCRIPT", "FLUSH"))
      #expect(try await client.run(Self.adder, keys: ["n"], arguments: [2]) == .integer(7))
      let calls = try await client.run(RedisCommand("INFO", "commandstats")).bytes ?? []
      #expect(String(decoding: calls, as: UTF8.self).contains("cmdstat_evalsha:calls=2,"))
    }
  }

  @Test func `a killed server costs an error, and is found again when it is back`() async throws {
    try await with { client, redis, _ in
      #expect(await client.ready())
      await redis.kill()
      await #expect(throws: RedisError.self) { try await client.run(RedisCommand("PING")) }
      try await redis.restart()
      #expect(await client.ready())
      #expect(try await client.run(RedisCommand("PING")) == .status("PONG"))
    }
  }

  @Test func `a frozen server costs one time-out, then nothing`() async throws {
    try await with { client, redis, group in
      #expect(await client.ready())
      _ = try await client.run(RedisCommand("PING"))
      redis.freeze()
      let first = await #expect(throws: RedisError.self) {
        try await client.run(RedisCommand("PING"))
      }
      #expect(first?.kind == .timedOut)
      let start = ContinuousClock.now
      for _ in 0..<1000 {
        let next = await #expect(throws: RedisError.self) {
          try await client.run(RedisCommand("PING"))
        }
        #expect(next?.kind == .unavailable)
      }
      // A thousand time-outs would be fifty seconds.
      #expect(ContinuousClock.now - start < .seconds(20))
      redis.thaw()
      #expect(await client.ready())
      #expect(try await client.run(RedisCommand("PING")) == .status("PONG"))
    }
  }

  @Test func `commands beyond the limit are refused, not queued`() async throws {
    let configure = { (redis: ScratchRedis) in
      var configuration = try RedisConfiguration(url: redis.url)
      configuration.maxPending = 10
      return configuration
    }
    try await with(configure: configure) { client, redis, _ in
      #expect(await client.ready())
      redis.freeze()
      let kinds = await withTaskGroup(of: RedisError.Kind?.self) { tasks in
        for _ in 0..<30 {
          tasks.addTask {
            do { _ = try await client.run(RedisCommand("PING")) } catch let error as RedisError {
              return error.kind
            } catch {}
            return nil
          }
        }
        return await tasks.reduce(into: []) { $0.append($1) }
      }
      #expect(kinds.count { $0 == .timedOut } <= 10)
      #expect(kinds.count { $0 == .unavailable } >= 20)
    }
  }
}
