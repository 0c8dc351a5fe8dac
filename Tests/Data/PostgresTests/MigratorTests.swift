internal import EventLoop
internal import ScratchPostgres
import Testing

@testable internal import Postgres

@Suite struct MigratorTests {
  private let files = [
    Migration(version: 1, name: "one", sql: "CREATE TABLE a (n int); INSERT INTO a VALUES (1);"),
    Migration(version: 2, name: "two", sql: "INSERT INTO a VALUES (2);"),
  ]

  @Test func `files are applied once, however many migrators run at a time`() async throws {
    let pool = try await ScratchPostgres.database()
    let applied = try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<6 { group.addTask { try await Migrator(pool, files).run() } }
      return try await group.reduce([], +)
    }
    #expect(applied.sorted() == ["0001_one", "0002_two"])
    #expect(try await pool.query("SELECT n FROM a").count == 2)
    await pool.close()
  }

  @Test func `a file that fails leaves nothing of itself and is named`() async throws {
    let pool = try await ScratchPostgres.database()
    let broken = Migration(version: 3, name: "bad", sql: "CREATE TABLE b (n int); SELECT nonsense;")
    let error = await #expect(throws: PostgresError.self) {
      try await Migrator(pool, files + [broken]).run()
    }
    #expect(error?.kind == .migration)
    #expect(error?.message.hasPrefix("0003_bad: ") == true)
    #expect(try await pool.query("SELECT n FROM a").count == 2)
    await #expect(throws: PostgresError.self) { try await pool.query("SELECT * FROM b") }
    await pool.close()
  }

  @Test func `a changed file is refused`() async throws {
    let pool = try await ScratchPostgres.database(migrations: files)
    let changed = Migration(version: 2, name: "two", sql: "SELECT 1")
    let error = await #expect(throws: PostgresError.self) {
      try await Migrator(pool, [files[0], changed]).run()
    }
    #expect(error?.message == "0002_two was changed after it was applied")
    await pool.close()
  }

  /// A reader of table `a` that stays in its transaction until it is cancelled.
  private func reader(_ pool: PostgresPool) async throws -> Task<Void, any Error> {
    let (begun, mark) = AsyncStream.makeStream(of: Void.self)
    let reader = Task {
      try await pool.transaction { transaction in
        _ = try await transaction.query("SELECT n FROM a")
        mark.finish()
        _ = try await transaction.query("SELECT pg_sleep(50)")
      }
    }
    for await _ in begun {}
    return reader
  }

  private static let column = Migration(
    version: 3, name: "column", sql: "ALTER TABLE a ADD COLUMN m int NOT NULL DEFAULT 7;")

  @Test
  func `a file that waits for a table in use keeps nobody waiting, and is applied when it can be`()
    async throws
  {
    let pool = try await ScratchPostgres.database(migrations: files) {
      $0.lockTimeout = .seconds(5)
    }
    let reader = try await reader(pool)
    var patience = Migrator.Patience()
    patience.lock = .milliseconds(100)
    let migrator = Migrator(pool, files + [Self.column], patience: patience)
    let migration = Task { try await migrator.run() }
    // Each would wait for the reader's end, and fail, behind a migration that waits for it.
    let end = ContinuousClock.now + .seconds(3)
    var count = 0
    while ContinuousClock.now < end {
      try await pool.transaction { transaction in
        let next = try await transaction.query("SELECT max(n) + 1 AS n FROM a")
        let n: Int = try next[0].decode("n")
        try await transaction.execute("INSERT INTO a (n) VALUES (\(n))")
      }
      count += 1
    }
    let before = try await pool.query("SELECT FROM payaid_migrations").count
    #expect(before == 2)
    reader.cancel()
    #expect(try await migration.value == ["0003_column"])
    #expect(try await pool.query("SELECT m FROM a").count == 2 + count)
    await pool.close()
  }

  @Test func `a file that finds its table in use for too long is named, and leaves nothing`()
    async throws
  {
    let pool = try await ScratchPostgres.database(migrations: files)
    let reader = try await reader(pool)
    var patience = Migrator.Patience()
    patience.lock = .milliseconds(50)
    patience.file = .milliseconds(300)
    let hurried = Migrator(pool, files + [Self.column], patience: patience)
    let error = await #expect(throws: PostgresError.self) { try await hurried.run() }
    #expect(error?.kind == .migration)
    #expect(error?.sqlState == .lockNotAvailable)
    #expect(error?.message.hasPrefix("0003_column: ") == true)
    reader.cancel()
    _ = await reader.result
    #expect(try await Migrator(pool, files + [Self.column]).run() == ["0003_column"])
    await pool.close()
  }

  private static let index = Migration(
    version: 3, name: "index",
    sql: """
      -- Outside a transaction.
      -- No two rows are the same.
      CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_by_n ON a (n);
      """)

  private func validity(_ pool: PostgresPool) async throws -> [Bool] {
    try await pool.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_by_n'::regclass")
      .map { try $0.decode("indisvalid") }
  }

  @Test func `an index is built while others write, by one of many migrators`() async throws {
    let pool = try await ScratchPostgres.database(migrations: files) { $0.maxConnections = 24 }
    let (begun, mark) = AsyncStream.makeStream(of: Void.self)
    let (waiting, go) = AsyncStream.makeStream(of: Void.self)
    let writer = Task {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO a VALUES (3)")
        mark.finish()
        for await _ in waiting {}
      }
    }
    for await _ in begun {}
    var patience = Migrator.Patience()
    patience.lock = .milliseconds(50)
    let migrator = Migrator(pool, files + [Self.index], patience: patience)
    let migrations = Task {
      try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<6 { group.addTask { try await migrator.run() } }
        return try await group.reduce([], +)
      }
    }
    // It waits for the writer, and nobody for it.
    while try await pool.query("SELECT FROM pg_class WHERE relname = 'a_by_n'")
      .isEmpty
    {}
    for n in 4..<40 { try await pool.execute("INSERT INTO a VALUES (\(n))") }
    #expect(try await validity(pool) == [false])
    go.finish()
    try await writer.value
    #expect(try await migrations.value == ["0003_index"])
    #expect(try await validity(pool) == [true])
    await pool.close()
  }

  @Test func `what an index left that was cut short is dropped, and it is built again`()
    async throws
  {
    let pool = try await ScratchPostgres.database(migrations: files)
    try await pool.execute("INSERT INTO a VALUES (1)")
    let migrator = Migrator(pool, files + [Self.index])
    let error = await #expect(throws: PostgresError.self) { try await migrator.run() }
    #expect(error?.kind == .migration && error?.message.hasPrefix("0003_index: ") == true)
    #expect(try await validity(pool) == [false])
    try await pool.execute("DELETE FROM a WHERE ctid = (SELECT max(ctid) FROM a WHERE n = 1)")
    #expect(try await migrator.run() == ["0003_index"])
    #expect(try await validity(pool) == [true])
    #expect(try await migrator.run() == [])
    await pool.close()
  }

  @Test func `a plan that a migration made stale is to be tried again`() async throws {
    let scratch = try await ScratchPostgres.database(migrations: files) { $0.maxConnections = 1 }
    let pool = PostgresPool(
      loops: [ScratchPostgres.loops.loops[0]], configuration: scratch.configuration)
    func read() async throws -> Int {
      try await pool.transaction { try await $0.query("SELECT * FROM a").count }
    }
    #expect(try await read() == 2)
    try await Migrator(scratch, files + [Self.column]).run()
    let error = await #expect(throws: PostgresError.self) { try await read() }
    #expect(error?.isTransient == true)
    #expect(try await read() == 2)
    await scratch.close()
    await pool.close()
  }
}
