internal import EventLoop

/// Brings a database to the state the files describe. Forward only; safe to run from several
/// processes at once, and while servers of the version before use the database.
///
/// A statement that waits for a table's lock makes everybody wait behind it who comes later. So it
/// waits briefly only; then its file is rolled back, and tried again after a pause in which all who
/// had queued go on.
package struct Migrator: Sendable {
  /// How a migrator waits for those who use the tables.
  package struct Patience: Sendable {
    /// For one lock, at one attempt: the longest pause that others notice.
    package var lock = Duration.milliseconds(500)
    /// For one file, with all its attempts. Longer than any transaction of ours.
    package var file = Duration.seconds(300)

    package init() {}
  }

  private let pool: PostgresPool
  private let files: [Migration]
  private let patience: Patience

  /// Serialises migrators of one database; any fixed number does.
  private static let lock: Int64 = 0x7061_7961_6964

  package init(_ pool: PostgresPool, _ files: [Migration], patience: Patience = Patience()) {
    self.pool = pool
    self.files = files
    self.patience = patience
  }

  /// Applies what is pending, each file in its own transaction, and gives the names applied. Throws
  /// `migration` with `lock_not_available` when a table was in use for all of the patience.
  @discardableResult
  package func run() async throws -> [String] {
    var names: [String] = []
    while let name = try await applyNext() { names.append(name) }
    return names
  }

  private func applyNext() async throws -> String? {
    let end = LoopInstant.readClock().advanced(by: patience.file)
    var attempt = 0
    while true {
      do {
        return try await pool.transaction { try await applyNext(in: $0) }
      } catch let error as PostgresError where error.metOthersLocks {
        guard LoopInstant.readClock() < end else { throw error }
        attempt += 1
        let pause = max(patience.lock, Backoff.delay(attempt: attempt))
        try await pool.shards[0].loop.sleep(for: pause)
      }
    }
  }

  private func applyNext(in transaction: Transaction) async throws -> String? {
    try await transaction.execute("SET LOCAL statement_timeout = 0")
    // Only other migrators wait for this lock.
    try await transaction.execute("SET LOCAL lock_timeout = '60s'")
    try await transaction.execute(
      "SELECT pg_advisory_xact_lock(\(Migrator.lock))", timeout: .seconds(70))
    let plan = try MigrationPlan.pending(files, applied: try await applied(in: transaction))
    guard let next = plan.first else { return nil }
    let limit = "\(patience.lock.wholeMilliseconds)ms"
    try await transaction.execute("SELECT set_config('lock_timeout', \(limit), true)")
    do {
      try await transaction.script(unsafeSQL: next.sql, timeout: .seconds(600))
    } catch let error as PostgresError {
      throw PostgresError(
        .migration, "\(next.label): \(error)", sqlState: error.sqlState)
    }
    try await transaction.execute(
      """
      INSERT INTO payaid_migrations (version, name, checksum)
      VALUES (\(next.version), \(next.name), \(next.checksum))
      """)
    return next.label
  }

  private func applied(in transaction: Transaction) async throws -> [AppliedMigration] {
    try await transaction.script(
      unsafeSQL: """
        SET LOCAL client_min_messages = warning;
        CREATE TABLE IF NOT EXISTS payaid_migrations (
          version integer PRIMARY KEY,
          name text NOT NULL,
          checksum text NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now()
        );
        """, timeout: .seconds(70))
    let rows = try await transaction.query(
      "SELECT version, checksum FROM payaid_migrations ORDER BY version")
    return try rows.map {
      AppliedMigration(version: try $0.decode("version"), checksum: try $0.decode("checksum"))
    }
  }
}

extension PostgresError {
  /// Whether others held what this needed: a lock that was not had in time, or a deadlock.
  fileprivate var metOthersLocks: Bool {
    sqlState == .lockNotAvailable || sqlState == .deadlockDetected
  }
}
