import Testing

@testable internal import Postgres

@Suite struct MigrationPlanTests {
  private let files = [
    Migration(version: 10, name: "accounts", sql: "b"),
    Migration(version: 1, name: "base", sql: "a"),
  ]

  private func applied(_ migration: Migration) -> AppliedMigration {
    AppliedMigration(version: migration.version, checksum: migration.checksum)
  }

  @Test func `pending files come in the order of their numbers`() throws {
    #expect(
      try MigrationPlan.pending(files, applied: []).map(\.label) == ["0001_base", "0010_accounts"])
  }

  @Test func `a lower number may come after a higher one, since areas have ranges`() throws {
    let pending = try MigrationPlan.pending(files, applied: [applied(files[0])])
    #expect(pending.map(\.version) == [1])
  }

  @Test func `a changed file is named`() {
    let error = #expect(throws: PostgresError.self) {
      try MigrationPlan.pending(files, applied: [AppliedMigration(version: 1, checksum: "x")])
    }
    #expect(error?.message == "0001_base was changed after it was applied")
  }

  @Test func `a database from the future is refused`() {
    let error = #expect(throws: PostgresError.self) {
      try MigrationPlan.pending(files, applied: [AppliedMigration(version: 99, checksum: "x")])
    }
    #expect(error?.message == "database has migration 99, which this program does not know")
  }

  @Test func `two files with one number are refused`() {
    let twin = Migration(version: 1, name: "twin", sql: "c")
    #expect(throws: PostgresError.self) { try MigrationPlan.pending(files + [twin], applied: []) }
  }

  @Test func `an embedded file's name gives its number and name`() {
    let migration = Migration(file: "m0010_api_keys.sql", Array("SELECT 1".utf8))
    #expect(migration == Migration(version: 10, name: "api_keys", sql: "SELECT 1"))
  }
}
