import EventLoop
import Redis
import ScratchRedis
import Synchronization

@testable internal import Cache

/// The implementations that must pass the shared suite.
enum StoreKind: String, CaseIterable, Sendable {
  case memory, redis
}

/// A store as two processes see it. In memory there is one process, which is then both.
final class StoreBench: Sendable {
  let first: any CacheStore<String>
  let second: any CacheStore<String>
  let redis: ScratchRedis?
  private let clients: [RedisClient]
  private let loops: EventLoopGroup
  private let clock: TestClock

  static func with(
    _ kind: StoreKind, lifetime: Duration = .seconds(60), count: Int = 1000,
    _ body: (StoreBench) async throws -> Void
  ) async throws {
    let redis = kind == .redis ? try await ScratchRedis.start() : nil
    let bench = try StoreBench(redis, lifetime, count)
    for client in bench.clients { _ = await client.ready() }
    try await body(bench)
    for client in bench.clients { await client.close() }
    await bench.loops.stop()
    await redis?.stop()
  }

  private init(_ redis: ScratchRedis?, _ lifetime: Duration, _ count: Int) throws {
    let clock = TestClock()
    let loops = EventLoopGroup(count: 2, name: "cache-test")
    var limits = MemoryCache<String>.Limits(lifetime: lifetime)
    limits.count = count
    let near = { [limits] in
      MemoryCache<String>(limits: limits, cost: { $0.utf8.count }, clock: { clock.now })
    }
    self.clock = clock
    self.loops = loops
    self.redis = redis
    guard let redis else {
      let store = near()
      (first, second, clients) = (store, store, [])
      return
    }
    // Patient: a busy machine may keep Redis from answering.
    var configuration = try RedisConfiguration(url: redis.url)
    configuration.commandTimeout = .seconds(2)
    clients = try loops.loops.map { loop in
      try RedisClient(
        loops: [loop], configuration: configuration,
        scripts: CacheEpoch.scripts, greeting: CacheEpoch.greeting)
    }
    for client in clients { client.start() }
    let stores = zip(clients, loops.loops).map { client, loop in
      RedisCache(
        near: near(), epoch: CacheEpoch(client: client, loop: loop), codec: .text,
        lifetime: lifetime)
    }
    (first, second) = (stores[0], stores[1])
  }

  /// Lets time pass, here and in Redis.
  func age(by duration: Duration) async throws {
    clock.advance(by: duration)
    let script = """
      for _, key in ipairs(redis.call('KEYS', '*')) do
        local left = redis.call('PTTL', key)
        if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[1]) end
      end
      return 1
      """
    let milliseconds = duration.inNanoseconds / 1_000_000
    if let client = clients.first {
      _ = try await client.run(RedisCommand("EVAL", .text(script), 0, .integer(milliseconds)))
    }
  }

  /// One command to the Redis behind the stores.
  func run(_ command: RedisCommand) async throws {
    if let client = clients.first { _ = try await client.run(command) }
  }

  /// Waits until both processes have a connection again.
  func reconnected() async {
    for client in clients { _ = await client.ready() }
  }
}

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
  private let nanoseconds = Atomic<Int64>(1_000_000_000)
  var now: LoopInstant { LoopInstant(nanoseconds: nanoseconds.load(ordering: .relaxed)) }
  func advance(by duration: Duration) {
    nanoseconds.wrappingAdd(duration.inNanoseconds, ordering: .relaxed)
  }
}

extension CacheCodec<String> {
  static let text = CacheCodec(
    encode: { Array($0.utf8) }, decode: { String(decoding: $0, as: UTF8.self) })
}

extension CacheStore {
  /// A look-up, and a fill where it found nothing.
  func bring(_ key: CacheKey, _ value: Value) async {
    if let ticket = await find(key).ticket { await fill(ticket, with: value) }
  }
}
