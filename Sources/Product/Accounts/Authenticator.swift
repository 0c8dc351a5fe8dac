package import Domain
package import Postgres
package import RPCCore
internal import Synchronization
internal import TLS

/// Finds out who calls and decides whether they may: the only place that does. A method without a
/// rule in its table is refused.
package final class Authenticator: Sendable {
  private let pool: PostgresPool
  private let table: AccessTable
  private let signingKeys: SigningKeys
  private let origins: OriginTable?
  private let keys: KeyCache
  private let readKey: @Sendable (String) async throws -> KeyCache.Credential?
  private let sessions: CredentialCache<SessionStore.Credential>
  private let subscription = Mutex<Subscription?>(nil)

  /// Decides by `table`, and takes access tokens that `signingKeys` signed.
  ///
  /// A change that is announced is followed at once: of `keys` by whoever tells their store, of
  /// sessions here; those are believed for `lifetime` where the announcement is lost. With `origins`,
  /// a page calls for its own merchant only.
  package init(
    pool: PostgresPool, signingKeys: SigningKeys, keys: KeyCache, origins: OriginTable? = nil,
    table: AccessTable = .product, lifetime: Duration = .seconds(2)
  ) {
    self.pool = pool
    self.signingKeys = signingKeys
    self.origins = origins
    self.table = table
    self.keys = keys
    readKey = { id in
      try await pool.transaction(tenant: .system) { try await APIKeyStore.use(id, $0) }
    }
    sessions = CredentialCache(lifetime: lifetime) { id in
      try await pool.transaction(tenant: .system) { try await SessionStore.find(id, $0) }
    }
  }

  /// Begins to follow changes of other processes, until the pool is closed.
  package func start() async throws {
    let listening = try await pool.listen(AccountEvent.channel) { [weak self] payload in
      self?.hear(payload)
    }
    subscription.withLock { $0 = listening }
  }

  /// Forgets what changed; everything, when announcements may have been missed.
  private func hear(_ payload: String?) {
    guard let payload, let event = AccountEvent(payload) else { return sessions.forgetAll() }
    forgetSessions(event)
  }

  /// Forgets what an event of this process makes out of date; when it returns, here nobody is believed
  /// to be what they were.
  package func follow(_ event: AccountEvent) async {
    forgetSessions(event)
    if case .key(let id) = event { await keys.changed(id) }
  }

  private func forgetSessions(_ event: AccountEvent) {
    switch event {
    case .key: break
    case .session(let id): sessions.forget(id.text)
    case .user(let id): sessions.forget { $0.user == id }
    case .merchant(let id): sessions.forget { $0.merchant == id }
    }
  }

  /// The interceptor that sets ``RPCContext/identity``, and throws `unauthenticated` for nobody and
  /// ``AccessRefusal`` for somebody who may not.
  package var interceptor: Interceptor {
    Interceptor(for: { method in
      guard let rule = self.table.rule(for: method) else { return Self.closed(method) }
      if rule.audience == .everybody { return nil }
      return .check(now: { try self.admitNow($0, rule) }, later: { try await self.admit($0, rule) })
    })
  }

  private static func closed(_ method: MethodDescriptor) -> Interceptor {
    .check(later: { _ in
      throw RPCError(.permissionDenied, "\(method.fullName) is open to nobody")
    })
  }

  /// False for a caller who is not known at once.
  private func admitNow(_ context: RPCContext, _ rule: AccessRule) throws -> Bool {
    guard case .key(let key) = Credentials(context.metadata), let known = keys.held(key.id) else {
      return false
    }
    try admit(caller(key, known), context, rule)
    return true
  }

  private func admit(_ context: RPCContext, _ rule: AccessRule) async throws {
    try admit(try await caller(context.metadata), context, rule)
  }

  private func admit(_ caller: Caller, _ context: RPCContext, _ rule: AccessRule) throws {
    // First: a refusal is written down and counted as the caller's. Nothing runs after one.
    context.identity = caller
    try rule.check(caller)
    if let origins, let origin = context.metadata["origin"],
      !origins.allows(origin, for: caller.merchant)
    {
      throw AccessRefusal.error("the merchant does not allow pages of this origin")
    }
  }

  /// Who sent this metadata. Throws `unauthenticated`, which says the same whatever was wrong with
  /// the key.
  package func caller(_ metadata: Metadata) async throws -> Caller {
    switch Credentials(metadata) {
    case .none:
      throw RPCError(.unauthenticated, "this method needs an API key or a login")
    case .malformed: throw Self.refusal
    case .key(let key):
      // Nobody is asked for a key that was mistyped.
      guard key.isWhole else { throw Self.refusal }
      return try caller(key, await keys.credential(key.id, load: readKey))
    case .token(let text): return try await caller(token: text)
    }
  }

  private static var refusal: RPCError {
    RPCError(.unauthenticated, "the API key or token is not valid")
  }

  private func caller(_ key: APIKey, _ stored: KeyCache.Credential?) throws -> Caller {
    guard let stored, !stored.isRevoked,
      stored.expireTime.map({ WallClock.now < $0 }) ?? true, stored.state != .closed,
      stored.isProven(by: key.secret)
    else { throw Self.refusal }
    return stored.caller
  }

  private func caller(token text: String) async throws -> Caller {
    let now = WallClock.now
    guard let token = AccessToken(text, keys: signingKeys, now: now),
      let stored = try await sessions.value(for: token.session.text),
      stored.user == token.user, !stored.hasEnded, now < stored.expireTime,
      stored.state != .closed
    else { throw Self.refusal }
    return Caller(
      merchant: stored.merchant, credential: .user(stored.user, stored.role, token.session),
      isSuspended: stored.state == .suspended)
  }
}
