/// A transaction's handle, valid inside the closure given to `PostgresPool.transaction`.
///
/// Statements run one after another on one connection. After a failed statement every other is
/// refused with `transactionFailed`, until the savepoint around it ends or the transaction does.
package final class Transaction: Querying {
  let shard: PoolShard
  let lease: UInt64

  init(shard: PoolShard, lease: UInt64) {
    self.shard = shard
    self.lease = lease
  }

  /// Runs a statement and gives its rows. Cancelling the task cancels the transaction.
  package func query(_ query: Query, timeout: Duration?) async throws -> [Row] {
    try await shard.run(query, in: lease, timeout: timeout).rows
  }

  /// Runs a statement and gives the number of rows it changed.
  @discardableResult
  package func execute(_ query: Query, timeout: Duration? = nil) async throws -> Int {
    try await shard.run(query, in: lease, timeout: timeout).affectedRows
  }

  /// Runs a text of several statements, by the simple protocol and without binds.
  package func script(unsafeSQL: String, timeout: Duration) async throws {
    try await shard.runScript(unsafeSQL, in: lease, timeout: timeout)
  }

  /// Runs `body` under a savepoint: when it throws, only what it did is undone.
  @discardableResult
  package func savepoint<Value>(_ body: () async throws -> Value) async throws -> Value {
    try await execute("SAVEPOINT inner_step")
    do {
      let value = try await body()
      try await execute("RELEASE SAVEPOINT inner_step")
      return value
    } catch {
      try await shard.rollBackToSavepoint(lease)
      throw error
    }
  }
}

/// How a transaction sees the work of others.
package enum IsolationLevel: String, Sendable {
  case readCommitted = "READ COMMITTED"
  case repeatableRead = "REPEATABLE READ"
  case serializable = "SERIALIZABLE"
}
