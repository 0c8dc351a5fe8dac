internal import Agents
internal import Cache
internal import EventLoop
internal import Limits
internal import Postgres
internal import Redis
internal import Schema

/// What this process shares with others like it besides the database: caches and limits. Over Redis
/// when there is one; without it the caches are its own and hear of changes from the database alone.
struct SharedState {
  let limits: AccessLimits
  let agents: AgentCache

  private let redis: RedisClient?
  private let invalidations = CacheInvalidations()

  init(_ settings: Settings, _ loops: [EventLoop]) throws {
    let redis = try settings.redis.map { configuration in
      try RedisClient(
        loops: loops, configuration: configuration,
        scripts: CacheEpoch.scripts + Limiter.scripts, greeting: CacheEpoch.greeting)
    }
    self.redis = redis
    limits = AccessLimits(
      limiter: Limiter(redis: redis), policy: Self.policy(settings.limits),
      addresses: ClientAddress(proxies: settings.trustedProxies))
    let near = Self.nearAgents(settings.agentCacheTime)
    let store = near.map { Self.agentStore(near: $0, settings.agentCacheTime, redis, loops[0]) }
    agents = AgentCache(store, near: near)
    if let store { invalidations.add(store, area: AgentCache.area) }
  }

  private static func nearAgents(
    _ lifetime: Duration
  ) -> MemoryCache<Payaid.Voice.V1.Agent>? {
    guard lifetime > .zero else { return nil }
    return MemoryCache(limits: .init(lifetime: lifetime), cost: AgentCache.cost)
  }

  private static func agentStore(
    near: MemoryCache<Payaid.Voice.V1.Agent>, _ lifetime: Duration, _ redis: RedisClient?,
    _ loop: EventLoop
  ) -> any CacheStore<Payaid.Voice.V1.Agent> {
    guard let redis else { return near }
    return RedisCache(
      near: near, epoch: CacheEpoch(client: redis, loop: loop), codec: AgentCache.codec,
      lifetime: lifetime * 2)
  }

  /// Begins to listen for changes. A Redis that is dead is not waited for.
  func start(_ pool: PostgresPool) async throws {
    redis?.start()
    try await invalidations.start(pool)
  }

  /// Nothing without a Redis. Its death costs time, no answer: the server stays ready.
  var dependencies: [Readiness.Dependency] {
    guard let redis else { return [] }
    return [
      Readiness.Dependency(name: "redis", kind: "external", isVital: false) {
        _ = try await redis.run(RedisCommand("PING"))
      }
    ]
  }

  func stop() async {
    invalidations.stop()
    await redis?.close()
  }

  private static func policy(_ rates: LimitPolicy) -> LimitPolicy {
    var policy = rates
    policy.placingMethods = [
      "payaid.voice.v1.CallService/CreateCall", "payaid.voice.v1.LiveService/Converse",
    ]
    policy.callbackServices = ["payaid.voice.v1.CarrierCallbackService"]
    return policy
  }
}
