package import EventLoop
internal import Synchronization

/// A pool of connections to one PostgreSQL database. Callable from any task; a caller on one of
/// the pool's loops is served by that loop's connections, without crossing threads.
package final class PostgresPool: Sendable {
  /// As the pool was made; see `connect(to:)`.
  package let configuration: PostgresConfiguration
  let shards: [PoolShard]
  private let turn = Atomic<Int>(0)
  private let hub: NotificationHub

  /// Opens nothing yet: connections are made on demand.
  package init(loops: [EventLoop], configuration: PostgresConfiguration) {
    precondition(!loops.isEmpty, "a pool needs a loop")
    self.configuration = configuration
    let share = max(1, configuration.maxConnections / loops.count)
    shards = loops.map {
      PoolShard(loop: $0, configuration: configuration, maxConnections: share)
    }
    hub = NotificationHub(loop: loops[0], configuration: configuration)
  }

  /// Runs one statement outside a transaction and gives its rows.
  ///
  /// A cancelled task gets `CancellationError` at once; the statement may still complete.
  package func query(_ query: Query, timeout: Duration? = nil) async throws -> [Row] {
    try await run([query], timeout: timeout).rows
  }

  /// Runs one statement outside a transaction and gives the number of rows it changed.
  @discardableResult
  package func execute(_ query: Query, timeout: Duration? = nil) async throws -> Int {
    try await run([query], timeout: timeout).affectedRows
  }

  /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
  ///
  /// The tenant decides which rows exist for the transaction. Nothing is sent before the first
  /// statement.
  @discardableResult
  package func transaction<Value>(
    tenant: Tenant = .none, isolation: IsolationLevel = .readCommitted, readOnly: Bool = false,
    _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    let preamble = preamble(tenant: tenant, isolation, readOnly: readOnly)
    let shard = shard
    let transaction = try await shard.beginLease(preamble: preamble)
    do {
      let value = try await body(transaction)
      try await shard.commit(transaction.lease)
      return value
    } catch {
      await shard.rollBack(transaction.lease)
      throw error
    }
  }

  /// The pool for single statements of `tenant`.
  package func autocommit(_ tenant: Tenant) -> Autocommit {
    Autocommit(pool: self, settings: settings(of: tenant))
  }

  /// Calls `onNotify` for every notification on a channel until the subscription is cancelled.
  ///
  /// It is called on the pool's first loop, and with nil after a reconnection: notifications may
  /// then have been missed.
  package func listen(
    _ channel: String, onNotify: @escaping @Sendable (_ payload: String?) -> Void
  ) async throws -> Subscription {
    try await hub.subscribe(channel, onNotify)
  }

  /// Whether the URL's role sees all rows whatever row security says. Such a role must not serve
  /// tenants unless `tenantRole` is set.
  package func bypassesRowSecurity() async throws -> Bool {
    let rows = try await query(
      "SELECT rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user")
    return try rows.first?.decode("free") ?? true
  }

  package func counts() async -> PoolCounts {
    var total = PoolCounts(open: 0, leased: 0, waiting: 0)
    for shard in shards {
      let part = await shard.counts()
      total.open += part.open
      total.leased += part.leased
      total.waiting += part.waiting
    }
    return total
  }

  /// Uses `url` for connections from now on: a new password, or a server that took over. Those that
  /// are open stay.
  package func connect(to url: String) async {
    await hub.connect(to: url)
    for shard in shards { await shard.connect(to: url) }
  }

  /// Fails new callers and waiters, closes idle connections now and others when they come back.
  package func close() async {
    await hub.close()
    for shard in shards { await shard.close() }
  }

  /// Runs statements as one transaction, and gives the last one's result. A plan that no longer fits
  /// its tables has undone everything, so it is tried once more.
  func run(_ queries: [Query], timeout: Duration?) async throws -> QueryResult {
    let shard = shard
    do {
      return try await shard.run(queries, timeout: timeout)
    } catch let error as PostgresError where error.isStaleStatement {
      return try await shard.run(queries, timeout: timeout)
    }
  }

  private var shard: PoolShard {
    if shards.count == 1 { return shards[0] }
    if let here = EventLoop.current, let own = shards.first(where: { $0.loop === here }) {
      return own
    }
    let turn = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return shards[Int(UInt(bitPattern: turn) % UInt(shards.count))]
  }

  private func preamble(
    tenant: Tenant, _ isolation: IsolationLevel, readOnly: Bool
  ) -> [Query] {
    var begin = "BEGIN ISOLATION LEVEL \(isolation.rawValue)"
    if readOnly { begin += " READ ONLY" }
    return [Query(unsafeSQL: begin)] + settings(of: tenant)
  }

  /// What makes the rest of a transaction see a tenant's rows only.
  private func settings(of tenant: Tenant) -> [Query] {
    guard let setting = tenant.setting else { return [] }
    guard let role = configuration.tenantRole else {
      return ["SELECT set_config('payaid.merchant_id', \(setting), true)"]
    }
    return [
      """
      SELECT set_config('role', \(role), true), set_config('payaid.merchant_id', \(setting), true)
      """
    ]
  }
}

/// Whose rows a transaction may see; row security reads it as `payaid.merchant_id`.
package enum Tenant: Sendable, Equatable {
  /// Only tables without row security.
  case none
  /// The rows of one merchant.
  case merchant(String)
  /// All rows: for workers and look-ups that come before it is known who asks.
  case system

  /// The setting's value. A merchant called `*` would be the system, so it becomes nobody.
  var setting: String? {
    switch self {
    case .none: nil
    case .merchant(let id): id == "*" ? "" : id
    case .system: "*"
    }
  }
}

/// Names in SQL text.
package enum SQLName {
  /// The name as a quoted identifier.
  package static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
