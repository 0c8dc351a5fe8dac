internal import EventLoop
internal import ScratchPostgres
import Testing

@testable internal import Postgres

@Suite struct PostgresPoolTests {
  @Test func `a query gives its rows by column name`() async throws {
    let pool = try await ScratchPostgres.database()
    let rows = try await pool.query(
      "SELECT \(41)::int + 1 AS n, \("a'b")::text AS t, NULL::text AS nothing, \([0, 255] as [UInt8])::bytea AS b"
    )
    #expect(try rows[0].decode("n", as: Int.self) == 42)
    #expect(try rows[0].decode("t") == "a'b")
    let nothing: String? = try rows[0].decode("nothing")
    #expect(nothing == nil)
    #expect(try rows[0].decode("b", as: [UInt8].self) == [0, 255])
    #expect(throws: PostgresError.self) { try rows[0].decode("nothing", as: String.self) }
    #expect(throws: PostgresError.self) { try rows[0].decode("missing", as: String.self) }
    await pool.close()
  }

  @Test func `many statements at once share few connections`() async throws {
    let pool = try await ScratchPostgres.database { $0.maxConnections = 2 }
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<500 {
        group.addTask { try await pool.query("SELECT \(number)::int AS n")[0].decode("n") }
      }
      return try await group.reduce(0, +)
    }
    #expect(sum == 124_750)
    #expect(await pool.counts().open <= 2)
    await pool.close()
  }

  @Test func `a failed statement leaves its neighbours on the connection alone`() async throws {
    let pool = try await ScratchPostgres.database { $0.maxConnections = 2 }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          if number % 3 == 0 {
            let error = await #expect(throws: PostgresError.self) {
              try await pool.query("SELECT 1 / \(0)::int")
            }
            #expect(error?.sqlState?.code == "22012")
          } else {
            let rows = try await pool.query("SELECT \(number)::int AS n")
            #expect(try rows[0].decode("n") == number)
          }
        }
      }
      try await group.waitForAll()
    }
    await pool.close()
  }

  @Test func `a violated constraint is named and no value is quoted`() async throws {
    let pool = try await ScratchPostgres.database()
    try await pool.execute("CREATE TABLE t (email text CONSTRAINT t_email UNIQUE)")
    #expect(try await pool.execute("INSERT INTO t VALUES (\("secret@x"))") == 1)
    let error = await #expect(throws: PostgresError.self) {
      try await pool.execute("INSERT INTO t VALUES (\("secret@x"))")
    }
    #expect(error?.isUniqueViolation("t_email") == true)
    #expect(error?.table == "t")
    #expect(error.map { "\($0)".contains("secret") } == false)
    await pool.close()
  }

  @Test func `a statement without an answer in time gives its connection up`() async throws {
    let pool = try await ScratchPostgres.database { $0.maxConnections = 2 }
    let error = await #expect(throws: PostgresError.self) {
      try await pool.query("SELECT pg_sleep(30)", timeout: .milliseconds(50))
    }
    #expect(error?.kind == .timedOut)
    #expect(try await pool.query("SELECT 1 AS one").count == 1)
    await pool.close()
  }

  @Test func `a cancelled caller hears of it at once`() async throws {
    let pool = try await ScratchPostgres.database()
    let task = Task { try await pool.query("SELECT pg_sleep(2)") }
    while await pool.counts().open == 0 { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await pool.close()
  }

  @Test func `waiting for a connection ends with pool exhausted`() async throws {
    var configuration = PostgresConfiguration(url: try await ScratchPostgres.url())
    configuration.maxConnections = 1
    configuration.acquireTimeout = .seconds(2)
    let one = PostgresPool(loops: [ScratchPostgres.loops.loops[0]], configuration: configuration)
    let error = await #expect(throws: PostgresError.self) {
      try await one.transaction { transaction in
        try await transaction.execute("SELECT 1")
        try await one.execute("SELECT 2")
      }
    }
    #expect(error?.kind == .poolExhausted)
    await one.close()
  }

  @Test func `a terminated connection fails its statement and is replaced`() async throws {
    let pool = try await ScratchPostgres.database { $0.maxConnections = 2 }
    let error = await #expect(throws: PostgresError.self) {
      try await pool.query("SELECT pg_terminate_backend(pg_backend_pid())")
    }
    #expect(error?.isTransient == true)
    #expect(try await pool.query("SELECT 1 AS one").count == 1)
    await pool.close()
  }

  @Test func `a lost connection fails what was sent on it, and not those who wait for it`()
    async throws
  {
    var configuration = PostgresConfiguration(url: try await ScratchPostgres.url())
    configuration.maxConnections = 1
    configuration.pipelineDepth = 4
    configuration.acquireTimeout = .seconds(60)
    configuration.queryTimeout = .seconds(60)
    configuration.lockTimeout = .seconds(60)
    let loops = ScratchPostgres.loops.loops
    let pool = PostgresPool(loops: [loops[0]], configuration: configuration)
    let keeper = PostgresPool(loops: [loops[1]], configuration: configuration)
    let tasks = try await keeper.transaction { holder in
      try await holder.execute("SELECT pg_advisory_xact_lock(9)")
      let tasks = (0..<40).map { _ in
        Task { try await pool.execute("SELECT pg_advisory_xact_lock_shared(9)") }
      }
      while await pool.counts().waiting < 36 { await Task.yield() }
      let ended: Query = """
        SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database d ON d.oid = database
        WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
        """
      while try await holder.query(ended).isEmpty {}
      while await pool.counts().waiting == 36 { await Task.yield() }
      return tasks
    }
    var lost = 0
    for task in tasks {
      do { _ = try await task.value } catch let error as PostgresError {
        #expect(error.isTransient)
        lost += 1
      }
    }
    #expect(lost == 4)
    await pool.close()
    await keeper.close()
  }

  @Test func `an unreachable server is reported, not waited for`() async throws {
    let pool = PostgresPool(
      loops: ScratchPostgres.loops.loops,
      configuration: PostgresConfiguration(url: "postgresql:///x?host=/nonexistent"))
    let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
    #expect(error?.kind == .connectionLost)
    await pool.close()
  }

  @Test func `a table changed under a prepared statement is queried all the same`() async throws {
    let pool = try await ScratchPostgres.database { $0.maxConnections = 2 }
    try await pool.execute("CREATE TABLE t (a int)")
    for _ in 0..<3 { _ = try await pool.query("SELECT * FROM t") }
    try await pool.execute("ALTER TABLE t ADD b int")
    for _ in 0..<3 {
      try await pool.execute("INSERT INTO t VALUES (1, 2)")
      #expect(try await pool.query("SELECT * FROM t").last?.columns == ["a", "b"])
    }
    await pool.close()
  }

  @Test func `more statements than the cache holds keep working`() async throws {
    let pool = try await ScratchPostgres.database {
      $0.maxConnections = 2
      $0.preparedStatements = 4
    }
    for round in 0..<3 {
      for number in 0..<10 {
        let rows = try await pool.query("SELECT \(round)::int AS \(unsafeSQL: "c\(number)")")
        #expect(try rows[0].decode("c\(number)") == round)
      }
    }
    let one = try await pool.query("SELECT count(*) AS n FROM pg_prepared_statements")
    #expect(try one[0].decode("n", as: Int.self) <= 6)
    await pool.close()
  }
}
