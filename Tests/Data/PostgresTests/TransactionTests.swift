internal import EventLoop
internal import ScratchPostgres
import Testing

@testable internal import Postgres

@Suite struct TransactionTests {
  private struct Stop: Error {}

  private func pool() async throws -> PostgresPool {
    let pool = try await ScratchPostgres.database(migrations: BaseMigrations.all)
    try await pool.execute("CREATE TABLE t (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    return pool
  }

  private func count(_ pool: PostgresPool) async throws -> Int {
    try await pool.query("SELECT count(*) AS n FROM t")[0].decode("n")
  }

  @Test func `what returns is committed`() async throws {
    let pool = try await pool()
    let answer = try await pool.transaction { transaction in
      try await transaction.execute("INSERT INTO t VALUES (1)")
      return try await transaction.query("SELECT n FROM t")[0].decode("n", as: Int.self)
    }
    #expect(answer == 1)
    #expect(try await count(pool) == 1)
    await pool.close()
  }

  @Test func `what throws is rolled back`() async throws {
    let pool = try await pool()
    await #expect(throws: Stop.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)")
        throw Stop()
      }
    }
    #expect(try await count(pool) == 0)
    #expect(await pool.counts().leased == 0)
    await pool.close()
  }

  @Test func `a swallowed failure cannot be committed`() async throws {
    let pool = try await pool()
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)")
        _ = try? await transaction.execute("SELECT 1 / 0")
        _ = try? await transaction.execute("INSERT INTO t VALUES (2)")
      }
    }
    #expect(error?.kind == .transactionFailed)
    #expect(try await count(pool) == 0)
    await pool.close()
  }

  @Test func `a constraint checked at commit fails the transaction`() async throws {
    let pool = try await pool()
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1), (1)")
      }
    }
    #expect(error?.isUniqueViolation() == true)
    #expect(try await count(pool) == 0)
    #expect(await pool.counts().leased == 0)
    await pool.close()
  }

  @Test func `a savepoint undoes only what it holds`() async throws {
    let pool = try await pool()
    try await pool.transaction { transaction in
      try await transaction.execute("INSERT INTO t VALUES (1)")
      await #expect(throws: PostgresError.self) {
        try await transaction.savepoint { try await transaction.execute("SELECT 1 / 0") }
      }
      try await transaction.savepoint { try await transaction.execute("INSERT INTO t VALUES (2)") }
    }
    #expect(try await count(pool) == 2)
    await pool.close()
  }

  @Test func `a handle kept after its transaction is refused`() async throws {
    let pool = try await pool()
    let kept = try await pool.transaction { transaction in
      try await transaction.execute("SELECT 1")
      return transaction
    }
    let error = await #expect(throws: PostgresError.self) { try await kept.query("SELECT 1") }
    #expect(error?.kind == .transactionFailed)
    await pool.close()
  }

  @Test func `cancelling ends the statement on the server and frees the connection`() async throws {
    let pool = try await pool()
    let task = Task {
      try await pool.transaction { transaction in
        try await transaction.execute("SELECT pg_advisory_xact_lock(7)")
        try await transaction.execute("SELECT pg_sleep(30)")
      }
    }
    while try await pool.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7")
      .isEmpty
    {}
    task.cancel()
    let start = ContinuousClock.now
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(await pool.counts().leased == 0)
    // Where no connection was free to cancel it, the server ends it within a second.
    while try await pool.query("SELECT 1 WHERE pg_try_advisory_lock(7)").isEmpty {}
    #expect(ContinuousClock.now - start < .seconds(20))
    await pool.close()
  }

  /// A pool of as many connections as are asked for, on one loop, in which a caller waits for a
  /// minute.
  private func crowded(_ connections: Int) async throws -> PostgresPool {
    var configuration = PostgresConfiguration(url: try await ScratchPostgres.url())
    configuration.maxConnections = connections
    configuration.acquireTimeout = .seconds(60)
    configuration.queryTimeout = .seconds(60)
    configuration.lockTimeout = .seconds(60)
    return PostgresPool(loops: [ScratchPostgres.loops.loops[0]], configuration: configuration)
  }

  /// Returns when `count` others wait for the advisory lock 8, which `holder` has.
  private func untilAwaited(by count: Int, _ holder: Transaction) async throws {
    let others: Query = """
      SELECT FROM pg_locks JOIN pg_database d ON d.oid = database
      WHERE datname = current_database() AND locktype = 'advisory' AND objid = 8 AND NOT granted
      """
    while try await holder.query(others).count != count {}
  }

  @Test(arguments: [1, 4], [false, true])
  func `transactions that are cancelled all at once keep nobody waiting`(
    connections: Int, isInSavepoint: Bool
  ) async throws {
    let pool = try await crowded(connections)
    let keeper = PostgresPool(
      loops: [ScratchPostgres.loops.loops[1]], configuration: pool.configuration)
    try await keeper.transaction { holder in
      try await holder.execute("SELECT pg_advisory_xact_lock(8)")
      let tasks = (0..<connections).map { _ in
        Task {
          try await pool.transaction { transaction in
            guard isInSavepoint else {
              return try await transaction.execute("SELECT pg_advisory_xact_lock(8)")
            }
            return try await transaction.savepoint {
              try await transaction.execute("SELECT pg_advisory_xact_lock(8)")
            }
          }
        }
      }
      try await untilAwaited(by: connections, holder)
      for task in tasks { task.cancel() }
      let start = ContinuousClock.now
      for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
      #expect(try await pool.query("SELECT 1 AS one").count == 1)
      #expect(ContinuousClock.now - start < .seconds(20))
      #expect(await pool.counts().leased == 0)
      // The server ends what has lost its client.
      try await untilAwaited(by: 0, holder)
    }
    await keeper.close()
    await pool.close()
  }

  @Test func `a tenant sees its own rows, the system all, nobody none`() async throws {
    let pool = try await ScratchPostgres.database(migrations: BaseMigrations.all)
    for statement: Query in [
      "CREATE TABLE notes (merchant_id text NOT NULL, body text)",
      "ALTER TABLE notes ENABLE ROW LEVEL SECURITY", "ALTER TABLE notes FORCE ROW LEVEL SECURITY",
      "CREATE POLICY tenant ON notes USING (payaid_visible(merchant_id))",
    ] { try await pool.execute(statement) }
    for merchant in ["mer_a", "mer_b"] {
      try await pool.transaction(tenant: .merchant(merchant)) {
        _ = try await $0.execute("INSERT INTO notes VALUES (\(merchant), 'x')")
      }
    }
    func visible(_ tenant: Tenant) async throws -> Int {
      try await pool.transaction(tenant: tenant) {
        try await $0.query("SELECT merchant_id FROM notes").count
      }
    }
    #expect(try await visible(.merchant("mer_a")) == 1)
    #expect(try await visible(.merchant("*")) == 0)
    #expect(try await visible(.merchant("")) == 0)
    #expect(try await visible(.system) == 2)
    #expect(try await visible(.none) == 0)
    #expect(try await pool.query("SELECT 1 FROM notes").isEmpty)
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction(tenant: .merchant("mer_a")) {
        _ = try await $0.execute("INSERT INTO notes VALUES ('mer_b', 'x')")
      }
    }
    #expect(error?.sqlState == .insufficientPrivilege)
    #expect(try await pool.bypassesRowSecurity() == false)
    await pool.close()
  }
}

@Suite struct AutocommitTests {
  private func pool() async throws -> PostgresPool {
    let pool = try await ScratchPostgres.database(migrations: BaseMigrations.all)
    try await pool.execute("CREATE TABLE t (n int UNIQUE)")
    return pool
  }

  private static let tenant: Query = "SELECT current_setting('payaid.merchant_id', true) AS tenant"

  @Test func `a statement runs as its tenant, and the connection forgets it`() async throws {
    let pool = try await pool()
    let rows = try await pool.autocommit(.merchant("mer_a")).query(Self.tenant)
    #expect(try rows[0].decode("tenant") == "mer_a")
    #expect(try await pool.query(Self.tenant)[0].decode("tenant", as: String?.self) ?? "" == "")
    #expect(await pool.counts().leased == 0)
    await pool.close()
  }

  @Test func `statements of different tenants share connections and keep apart`() async throws {
    let pool = try await pool()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask {
          let rows = try await pool.autocommit(.merchant("mer_\(number)")).query(Self.tenant)
          return try rows[0].decode("tenant") == "mer_\(number)"
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
    await pool.close()
  }

  @Test func `a failed statement undoes itself alone`() async throws {
    let pool = try await pool()
    let own = pool.autocommit(.system)
    #expect(try await own.execute("INSERT INTO t VALUES (1)") == 1)
    let error = await #expect(throws: PostgresError.self) {
      try await own.execute(
        "INSERT INTO t SELECT n FROM generate_series(2, 9) n UNION ALL SELECT 1")
    }
    #expect(error?.sqlState == .uniqueViolation)
    #expect(try await own.query("SELECT count(*) AS n FROM t")[0].decode("n") == 1)
    await pool.close()
  }

  @Test func `of columns with one name the first is read`() async throws {
    let pool = try await pool()
    let names = (0..<40).map { "column_\($0)" }
    let list = names.enumerated().map { "\($0.offset) AS \($0.element)" }.joined(separator: ", ")
    let row = try await pool.query(Query(unsafeSQL: "SELECT \(list), 99 AS column_7"))[0]
    for (value, name) in names.enumerated() { #expect(try row.decode(name) == value) }
    #expect(throws: PostgresError.self) { try row.decode("column_40", as: Int.self) }
    await pool.close()
  }
}
