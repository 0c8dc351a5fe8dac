internal import Accounts
internal import Agents
internal import Cache
internal import Domain
internal import EventLoop
internal import Limits
internal import Postgres
internal import Redis

/// What this process shares with others like it besides the database: caches and limits. Over Redis
/// when there is one; without it the caches are its own and hear of changes from the database alone.
struct SharedState {
  let limits: AccessLimits
  let agents: AgentCache
  let keys: KeyCache

  private let redis: RedisClient?
  private let invalidations = CacheInvalidations()

  /// `seal` keeps what callers prove themselves by from being made in Redis.
  init(_ settings: Settings, _ loops: [EventLoop], seal: DataSeal) throws {
    let redis = try settings.redis.map { configuration in
      try RedisClient(
        loops: loops, configuration: configuration,
        scripts: CacheEpoch.scripts + Limiter.scripts, greeting: CacheEpoch.greeting)
    }
    self.redis = redis
    limits = AccessLimits(
      limiter: Limiter(redis: redis), policy: Self.policy(settings.limits),
      addresses: ClientAddress(proxies: settings.trustedProxies))
    let epoch = redis.map { CacheEpoch(client: $0, loop: loops[0]) }
    let near = Self.nearAgents(settings.agentCacheTime)
    let agentStore = near.map { Self.agentStore(near: $0, settings.agentCacheTime, epoch) }
    agents = AgentCache(agentStore, near: near)
    if let agentStore { invalidations.add(agentStore, area: AgentCache.area) }
    let keyStore = Self.keyStore(epoch, seal)
    keys = KeyCache(keyStore)
    invalidations.add(keyStore, area: KeyCache.area)
  }

  private static func nearAgents(
    _ lifetime: Duration
  ) -> MemoryCache<AgentCache.Entry>? {
    guard lifetime > .zero else { return nil }
    return MemoryCache(limits: .init(lifetime: lifetime), cost: AgentCache.cost)
  }

  private static func agentStore(
    near: MemoryCache<AgentCache.Entry>, _ lifetime: Duration, _ epoch: CacheEpoch?
  ) -> any CacheStore<AgentCache.Entry> {
    guard let epoch else { return near }
    return RedisCache(near: near, epoch: epoch, codec: AgentCache.codec, lifetime: lifetime * 2)
  }

  private static func keyStore(
    _ epoch: CacheEpoch?, _ seal: DataSeal
  ) -> any CacheStore<KeyCache.Credential> {
    let near = MemoryCache<KeyCache.Credential>(limits: .init(lifetime: KeyCache.lifetime))
    guard let epoch else { return near }
    return RedisCache(
      near: near, epoch: epoch, codec: KeyCache.codec(seal), lifetime: KeyCache.lifetime)
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
