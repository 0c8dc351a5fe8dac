/// Brings a database to the state the files describe. Forward only; safe to run from several
/// processes at once.
package struct Migrator: Sendable {
  private let pool: PostgresPool
  private let files: [Migration]

  /// Serialises migrators of one database; any fixed number does.
  private static let lock: Int64 = 0x7061_7961_6964

  package init(_ pool: PostgresPool, _ files: [Migration]) {
    self.pool = pool
    self.files = files
  }

  /// Applies what is pending, each file in its own transaction, and gives the names applied.
  @discardableResult
  package func run() async throws -> [String] {
    var names: [String] = []
    while let name = try await pool.transaction({ try await applyNext(in: $0) }) {
      names.append(name)
    }
    return names
  }

  private func applyNext(in transaction: Transaction) async throws -> String? {
    try await transaction.execute("SET LOCAL statement_timeout = 0")
    try await transaction.execute("SET LOCAL lock_timeout = '60s'")
    try await transaction.execute(
      "SELECT pg_advisory_xact_lock(\(Migrator.lock))", timeout: .seconds(70))
    let plan = try MigrationPlan.pending(files, applied: try await applied(in: transaction))
    guard let next = plan.first else { return nil }
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
