package import Domain
package import Postgres
package import RPCCore
internal import Synchronization
internal import TLS

/// Finds out who calls, and refuses everybody else: a method is open only when it is on the list of
/// those that need nobody.
package final class Authenticator: Sendable {
  private struct Known {
    let key: AccountStore.StoredKey
    let until: Moment
  }

  /// How long a revoked key may still work: what was looked up is believed this long.
  private static let lifetime: Duration = .seconds(2)
  /// More keys than this are not remembered at once.
  private static let capacity = 10_000

  private let pool: PostgresPool
  private let openServices: Set<String>
  private let known = Mutex<[String: Known]>([:])
  /// Look-ups under way, so that a crowd that comes when a key's time is over asks once.
  private let asking = Mutex<[String: Task<AccountStore.StoredKey?, any Error>]>([:])

  /// `openServices` are the full names of services that need no caller, health for example.
  package init(pool: PostgresPool, openServices: Set<String>) {
    self.pool = pool
    self.openServices = openServices
  }

  /// The interceptor that sets ``RPCContext/identity`` or throws `unauthenticated`.
  package var interceptor: Interceptor {
    Interceptor { context, next in
      if !self.openServices.contains(context.method.service) {
        context.identity = try await self.caller(context.metadata)
      }
      try await next(context)
    }
  }

  /// Who sent this metadata. Throws `unauthenticated`, which says the same whatever was wrong with
  /// the key.
  package func caller(_ metadata: Metadata) async throws -> Caller {
    switch Credentials(metadata) {
    case .none:
      throw RPCError(.unauthenticated, "this method needs an API key: x-api-key and x-api-secret")
    case .malformed: throw Self.refusal
    case .key(let key): return try await caller(key)
    }
  }

  private static var refusal: RPCError {
    RPCError(.unauthenticated, "the API key is not valid")
  }

  private func caller(_ key: APIKey) async throws -> Caller {
    guard let stored = try await lookUp(key.id), !stored.isRevoked,
      stored.expireTime.map({ WallClock.now < $0 }) ?? true,
      constantTimeEquals(stored.secretHash, key.secretHash)
    else { throw Self.refusal }
    return Caller(merchant: stored.merchant, principal: key.id, scopes: Set(stored.scopes))
  }

  private func lookUp(_ id: String) async throws -> AccountStore.StoredKey? {
    let now = WallClock.now
    if let found = known.withLock({ $0[id] }), now < found.until { return found.key }
    let task = asking.withLock { asking in
      if let task = asking[id] { return task }
      let task = Task { try await fetch(id) }
      asking[id] = task
      return task
    }
    return try await task.value
  }

  private func fetch(_ id: String) async throws -> AccountStore.StoredKey? {
    defer { asking.withLock { $0[id] = nil } }
    let now = WallClock.now
    let stored = try await pool.transaction(tenant: .system) { try await AccountStore.use(id, $0) }
    guard let stored else { return nil }
    known.withLock { known in
      if known.count >= Self.capacity { known.removeAll() }
      known[id] = Known(key: stored, until: now + Self.lifetime)
    }
    return stored
  }
}
