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
}
