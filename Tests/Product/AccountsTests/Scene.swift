internal import Cache
internal import Domain
internal import EventLoop
internal import Passwords
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import RPCTesting
internal import ScratchPostgres
internal import VoiceAPI

@testable internal import Accounts

/// A database with the whole area served in memory, and merchants who call it.
struct Scene {
  let pool: PostgresPool
  let channel: InMemoryChannel
  let authenticator: Authenticator
  let seal: DataSeal
  let signingKeys: SigningKeys

  typealias V1 = Payaid.Voice.V1
  static let password = "correct horse battery"

  /// `outside` are interceptors around authentication; attempts to log in come at the times of `now`.
  static func make(
    outside: (PostgresPool) -> [Interceptor] = { _ in [] },
    now: @escaping @Sendable () -> Moment = { WallClock.now }
  ) async throws -> Scene {
    try await make(
      over: try await ScratchPostgres.database(
        migrations: BaseMigrations.all + AccountsMigrations.all + DomainMigrations.all
      ) {
        // Suites run side by side on one cluster of a hundred connections.
        $0.maxConnections = 4
      }, outside: outside, now: now)
  }

  /// Another process on the same database. It believes what it looked up until it hears otherwise.
  func another() async throws -> Scene {
    try await .make(
      over: PostgresPool(loops: ScratchPostgres.loops.loops, configuration: pool.configuration),
      lifetime: .seconds(3_600))
  }

  /// The platform's id on the operators' DLT platforms.
  static let telemarketer = "1102000000000000002"

  private static func make(
    over pool: PostgresPool, lifetime: Duration = .seconds(2),
    outside: (PostgresPool) -> [Interceptor] = { _ in [] },
    now: @escaping @Sendable () -> Moment = { WallClock.now }
  ) async throws -> Scene {
    let keys = SigningKeys(KeyRing(MasterKey(bytes: Array(repeating: 6, count: 32))))
    let seal = try DataSeal(key: Array(repeating: 7, count: 32))
    let store = MemoryCache<KeyCache.Credential>(limits: .init(lifetime: lifetime))
    let invalidations = CacheInvalidations()
    invalidations.add(store, area: KeyCache.area)
    try await invalidations.start(pool)
    let authenticator = Authenticator(
      pool: pool, signingKeys: keys, keys: KeyCache(store), lifetime: lifetime)
    try await authenticator.start()
    let passwords = PasswordHasher(
      slots: 2, parameters: Argon2id.Parameters(memoryKiB: 64, passes: 1, lanes: 1))
    let channel = InMemoryChannel(
      services: [
        AccountService(
          pool: pool, tokens: PageTokens(key: Array(repeating: 1, count: 32)), seal: seal,
          passwords: passwords, authenticator: authenticator, webhook: ToldWebhook(),
          telemarketer: telemarketer),
        AuthService(
          pool: pool, seal: seal, keys: keys, passwords: passwords, authenticator: authenticator,
          client: { $0.peer }, now: now),
      ], interceptors: outside(pool) + [authenticator.interceptor], peer: "192.0.2.7:40000")
    return Scene(
      pool: pool, channel: channel, authenticator: authenticator, seal: seal, signingKeys: keys)
  }

  var accounts: V1.AccountServiceClient { V1.AccountServiceClient(channel) }
  var auth: V1.AuthServiceClient { V1.AuthServiceClient(channel) }

  /// A merchant with a key that may do everything.
  func merchant(_ email: String = "shop@example.in") async throws -> (MerchantID, CallOptions) {
    let key = APIKey()
    let id = try await pool.transaction(tenant: .system) { transaction in
      let id = try await AccountStore.ensureMerchant(name: "Shop", email: email, transaction)
      try await APIKeyStore.insert(key, displayName: "all", merchant: id, transaction)
      return id
    }
    return (id, Self.options(key))
  }

  /// A user of a merchant, logged in.
  func user(
    _ role: Role, of merchant: MerchantID, email: String
  ) async throws -> (UserID, V1.Session) {
    let hash = try await Self.hash(Self.password)
    let user = try await pool.transaction(tenant: .system) {
      try await UserStore.insert(
        email: email, name: "", role: role, passwordHash: hash, merchant: merchant, $0)
    }
    return (user.id, try await login(email))
  }

  /// A hash at the scene's cost.
  static func hash(_ password: String) async throws -> String {
    try await PasswordHasher(
      slots: 1, parameters: Argon2id.Parameters(memoryKiB: 64, passes: 1, lanes: 1)
    ).hash(password)
  }

  func login(_ email: String, _ password: String = Self.password) async throws -> V1.Session {
    try await auth.login(
      .with {
        $0.email = email
        $0.password = password
      })
  }

  static func options(_ key: APIKey) -> CallOptions {
    CallOptions(metadata: ["x-api-key": key.id, "x-api-secret": key.secret])
  }

  static func options(_ session: V1.Session) -> CallOptions {
    CallOptions(metadata: ["authorization": "Bearer \(session.accessToken)"])
  }

  /// The code that a call fails with; nil when it succeeds.
  static func code(_ call: () async throws -> some Any) async -> StatusCode? {
    do {
      _ = try await call()
      return nil
    } catch {
      return (error as? RPCError)?.code
    }
  }
}

/// In place of an endpoint: refuses what is no HTTPS, and says what it was told by a notification.
struct ToldWebhook: MerchantWebhook {
  static let channel = "told_webhooks"

  func refusal(of url: String) -> String? {
    url.hasPrefix("https://") ? nil : "must begin with https://"
  }

  func follow(_ url: String, of merchant: MerchantID, _ transaction: Transaction) async throws {
    _ = try await transaction.query("SELECT pg_notify(\(Self.channel), \("url=" + url))")
  }
}
