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
    /// For a statement outside a transaction, which keeps nobody waiting; also for another migrator.
    package var build = Duration.seconds(3_600)

    package init() {}
  }

  private let pool: PostgresPool
  private let files: [Migration]
  private let patience: Patience

  /// Serialises migrators of one database; any fixed number does.
  private static let lock: Int64 = 0x7061_7961_6964

  /// Another migrator is at work.
  private struct Busy: Error {}

  package init(_ pool: PostgresPool, _ files: [Migration], patience: Patience = Patience()) {
    self.pool = pool
    self.files = files
    self.patience = patience
  }

  /// Applies what is pending, each file in its own transaction or outside one, and gives the names applied. Throws
  /// `migration` with `lock_not_available` when a table was in use for all of the patience.
  @discardableResult
  package func run() async throws -> [String] {
    var names: [String] = []
    while let name = try await applyNext() { names.append(name) }
    return names
  }

  private func applyNext() async throws -> String? {
    let start = LoopInstant.readClock()
    var end = start.advanced(by: patience.file)
    var attempt = 0
    while true {
      do {
        return try await pool.transaction { try await applyNext(in: $0) }
      } catch let error as Busy {
        guard LoopInstant.readClock() < start.advanced(by: patience.build) else { throw error }
        try await pool.shards[0].loop.sleep(for: .milliseconds(100))
        end = LoopInstant.readClock().advanced(by: patience.file)
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
    // Who waited for it on the server would have a snapshot, and an index that is built waits for those.
    let locked = try await transaction.query(
      "SELECT pg_try_advisory_xact_lock(\(Migrator.lock)) AS locked")
    guard try locked[0].decode("locked", as: Bool.self) else { throw Busy() }
    let plan = try MigrationPlan.pending(files, applied: try await applied(in: transaction))
    guard let next = plan.first else { return nil }
    let limit = "\(patience.lock.wholeMilliseconds)ms"
    try await transaction.execute("SELECT set_config('lock_timeout', \(limit), true)")
    do {
      if next.isOutsideTransaction {
        // A script, since behind a query the transaction would keep a snapshot.
        try await transaction.script(
          unsafeSQL: "SET LOCAL idle_in_transaction_session_timeout = 0", timeout: .seconds(10))
        try await applyOutside(next)
      } else {
        try await transaction.script(unsafeSQL: next.sql, timeout: .seconds(600))
      }
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

  /// Applies a file on a connection of its own, while the caller's transaction has the migrators' lock.
  private func applyOutside(_ file: Migration) async throws {
    var configuration = pool.configuration
    configuration.maxConnections = 1
    configuration.queryTimeout = patience.build
    configuration.lockTimeout = patience.build
    let own = PostgresPool(loops: [pool.shards[0].loop], configuration: configuration)
    let result: Result<Void, any Error>
    do {
      let leftovers = try await own.query(
        """
        SELECT indexrelid::regclass::text AS name FROM pg_index JOIN pg_class ON oid = indexrelid
        WHERE NOT indisvalid AND \(file.sql) ~ ('\\m' || relname || '\\M')
        """)
      for index in leftovers {
        let name: String = try index.decode("name")
        try await own.execute("DROP INDEX CONCURRENTLY \(unsafeSQL: name)")
      }
      try await own.execute(Query(unsafeSQL: file.sql))
      result = .success(())
    } catch { result = .failure(error) }
    await own.close()
    try result.get()
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
