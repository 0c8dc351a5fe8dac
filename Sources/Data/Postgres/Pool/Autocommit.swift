/// What answers statements: a transaction, or the pool in autocommit.
package protocol Querying: Sendable {
  /// Runs a statement and gives its rows; a `timeout` of nil is the configuration's.
  func query(_ query: Query, timeout: Duration?) async throws -> [Row]
}

extension Querying {
  /// Runs a statement and gives its rows.
  package func query(_ query: Query) async throws -> [Row] {
    try await self.query(query, timeout: nil)
  }
}

/// The pool for one tenant, where each statement is a transaction of its own. That costs one round
/// trip in place of two and shares its connection with others, so it is the way for a single read.
///
/// What must be seen or done together with other statements belongs in a transaction.
package struct Autocommit: Querying {
  private let pool: PostgresPool
  private let settings: [Query]

  init(pool: PostgresPool, settings: [Query]) {
    self.pool = pool
    self.settings = settings
  }

  package func query(_ query: Query, timeout: Duration?) async throws -> [Row] {
    try await pool.run(settings + [query], timeout: timeout).rows
  }

  /// Runs one statement and gives the number of rows it changed.
  @discardableResult
  package func execute(_ query: Query, timeout: Duration? = nil) async throws -> Int {
    try await pool.run(settings + [query], timeout: timeout).affectedRows
  }
}
