internal import Postgres
internal import ScratchPostgres
internal import Synchronization
import Testing

@testable internal import Jobs

@Suite struct RetentionTests {
  private struct Failure: Error {}

  /// Answers of deletions, one a transaction.
  private final class Answers: Sendable {
    private let left: Mutex<[Int]>

    init(_ counts: [Int]) { left = Mutex(counts) }

    func next() throws -> Int {
      try left.withLock {
        guard !$0.isEmpty else { throw Failure() }
        return $0.removeFirst()
      }
    }

    var rest: [Int] { left.withLock { $0 } }
  }

  private let full = Retention.batch

  @Test func `a run goes on while batches are full`() async throws {
    let pool = try await ScratchPostgres.database()
    let answers = Answers([full, full, 3, 99])
    let retention = Retention("test.rows") { _ in try answers.next() }
    #expect(try await retention.run(pool) == 2 * full + 3)
    #expect(answers.rest == [99])
    await pool.close()
  }

  @Test func `a retention may have smaller batches`() async throws {
    let pool = try await ScratchPostgres.database()
    let answers = Answers([2, 2, 1, 99])
    let retention = Retention("test.rows", batch: 2) { _ in try answers.next() }
    #expect(try await retention.run(pool) == 5)
    #expect(answers.rest == [99])
    await pool.close()
  }

  @Test func `a run ends when its time is over, and the next goes on`() async throws {
    let pool = try await ScratchPostgres.database()
    let answers = Answers([full, full, 3])
    let retention = Retention("test.rows", runLimit: .zero) { _ in try answers.next() }
    #expect(try await retention.run(pool) == full)
    #expect(try await retention.run(pool) == full)
    #expect(try await retention.run(pool) == 3)
    await pool.close()
  }

  @Test func `what was deleted stays deleted when a later batch fails`() async throws {
    let pool = try await ScratchPostgres.database()
    try await pool.execute("CREATE TABLE old AS SELECT n FROM generate_series(1, 1500) n")
    let answers = Answers([1])
    let retention = Retention("test.rows") { transaction in
      let count = try await transaction.execute(
        "DELETE FROM old WHERE n IN (SELECT n FROM old ORDER BY n LIMIT \(Retention.batch))")
      _ = try answers.next()
      return count
    }
    await #expect(throws: Failure.self) { try await retention.run(pool) }
    let left = try await pool.query("SELECT count(*) AS n FROM old")[0].decode("n", as: Int.self)
    #expect(left == 500)
    await pool.close()
  }

  @Test func `its schedule and its handler have one name and the queue of housekeeping`()
    async throws
  {
    let pool = try await ScratchPostgres.database()
    let retention = Retention("test.rows", every: .seconds(60)) { _ in 0 }
    #expect(
      retention.schedule
        == JobSchedule(
          name: "test.rows", kind: "test.rows", queue: "housekeeping", .every(.seconds(60))))
    #expect(retention.handler(pool).kind == "test.rows")
    await pool.close()
  }
}
