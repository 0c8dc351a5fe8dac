internal import EventLoop
internal import Postgres
internal import ScratchPostgres
import Testing

@testable internal import Jobs

@Suite struct JobQueueTests {
  private struct Stop: Error {}
  private let queue = JobQueue()

  private func database() async throws -> PostgresPool {
    try await ScratchPostgres.database(migrations: BaseMigrations.all + JobsMigrations.all)
  }

  private func claim(
    _ pool: PostgresPool, queue: String = JobQueue.defaultName, kinds: [String] = ["k"],
    limit: Int = 10, lease: Duration = .seconds(30)
  ) async throws -> [Job] {
    try await pool.transaction(tenant: .system) {
      try await JobStore.claim(
        queue: queue, kinds: kinds, limit: limit, lease: lease, $0)
    }
  }

  private func finish(_ job: Job, as outcome: JobOutcome, _ pool: PostgresPool) async throws -> Int
  {
    try await pool.transaction(tenant: .system) {
      try await $0.execute(JobStore.finish(job, as: outcome))
    }
  }

  private func state(_ job: Job, _ pool: PostgresPool) async throws -> String {
    try await pool.transaction(tenant: .system) {
      try await $0.query("SELECT state FROM jobs WHERE job_id = \(job.id)")[0].decode("state")
    }
  }

  /// Lets time pass for a job's row: moves its times back.
  private func age(_ pool: PostgresPool, by seconds: Int) async throws {
    try await pool.transaction(tenant: .system) { transaction in
      let gone: Query = "\("\(seconds) seconds")::interval"
      try await transaction.execute(
        """
        UPDATE jobs SET run_at = run_at - \(gone), lease_until = lease_until - \(gone),
          finished_at = finished_at - \(gone)
        """)
    }
  }

  @Test func `a job exists exactly when its transaction is committed`() async throws {
    let pool = try await database()
    await #expect(throws: Stop.self) {
      try await pool.transaction { transaction in
        try await queue.enqueue(kind: "k", transaction)
        throw Stop()
      }
    }
    #expect(try await claim(pool).isEmpty)
    try await pool.transaction { try await queue.enqueue(kind: "k", payload: [1, 2], $0) }
    let jobs = try await claim(pool)
    #expect(jobs.map(\.payload) == [[1, 2]])
    #expect(jobs[0].attempt == 1)
    #expect(try await claim(pool).isEmpty)
    await pool.close()
  }

  @Test func `a unique key lets one job wait or run, and another after it`() async throws {
    let pool = try await database()
    func enqueue() async throws -> Int64? {
      try await pool.transaction(tenant: .merchant("mer_a")) {
        try await queue.enqueue(kind: "k", uniqueKey: "one", $0)
      }
    }
    #expect(try await enqueue() != nil)
    #expect(try await enqueue() == nil)
    let job = try await claim(pool)[0]
    #expect(try await enqueue() == nil)
    #expect(try await finish(job, as: .done, pool) == 1)
    #expect(try await enqueue() != nil)
    await pool.close()
  }

  @Test func `a merchant's job is invisible to another merchant`() async throws {
    let pool = try await database()
    try await pool.transaction(tenant: .merchant("mer_a")) {
      try await queue.enqueue(kind: "k", $0)
    }
    let seen = try await pool.transaction(tenant: .merchant("mer_b")) {
      try await $0.query("SELECT job_id FROM jobs").count
    }
    #expect(seen == 0)
    await pool.close()
  }

  @Test func `many claimers never claim one job twice`() async throws {
    let pool = try await database()
    try await pool.transaction { transaction in
      for _ in 0..<100 { try await queue.enqueue(kind: "k", transaction) }
    }
    let claimed = try await withThrowingTaskGroup(of: [Int64].self) { group in
      for _ in 0..<10 {
        group.addTask { try await claim(pool, limit: 20).map(\.id) }
      }
      return try await group.reduce([], +)
    }
    let rest = try await claim(pool, limit: 100).map(\.id)
    #expect(claimed.count + rest.count == 100)
    #expect(Set(claimed + rest).count == 100)
    await pool.close()
  }

  @Test func `jobs come by priority, then by time, and not before their time`() async throws {
    let pool = try await database()
    try await pool.transaction { transaction in
      try await queue.enqueue(kind: "k", payload: [2], priority: .low, transaction)
      try await queue.enqueue(kind: "k", payload: [1], priority: .urgent, transaction)
      try await queue.enqueue(
        kind: "k", payload: [3], runAt: PostgresTimestamp(seconds: 4_000_000_000), transaction)
    }
    #expect(try await claim(pool, limit: 1).map(\.payload) == [[1]])
    #expect(try await claim(pool).map(\.payload) == [[2]])
    await pool.close()
  }

  @Test func `a zombie's completion changes nothing and rolls its effects back`() async throws {
    let pool = try await database()
    try await pool.execute("CREATE TABLE effects (n int)")
    try await pool.transaction { try await queue.enqueue(kind: "k", $0) }
    let zombie = try await claim(pool)[0]
    try await age(pool, by: 60)
    #expect(try await pool.transaction(tenant: .system) { try await JobStore.rescue($0) } == 1)
    let job = try await claim(pool)[0]
    #expect(job.id == zombie.id)
    #expect(job.attempt == 2)
    let error = await #expect(throws: JobError.self) {
      try await pool.transaction(tenant: .system) { transaction in
        try await transaction.execute("INSERT INTO effects VALUES (1)")
        try await queue.complete(zombie, transaction)
      }
    }
    #expect(error?.kind == .leaseLost)
    #expect(try await pool.query("SELECT n FROM effects").isEmpty)
    #expect(try await finish(zombie, as: .done, pool) == 0)
    #expect(try await finish(job, as: .done, pool) == 1)
    await pool.close()
  }

  @Test func `a job that kills its worker every time ends as dead`() async throws {
    let pool = try await database()
    try await pool.transaction { try await queue.enqueue(kind: "k", maxAttempts: 2, $0) }
    var last: Job?
    for _ in 0..<2 {
      last = try await claim(pool).first
      try await age(pool, by: 60)
      _ = try await pool.transaction(tenant: .system) { try await JobStore.rescue($0) }
    }
    #expect(try await claim(pool).isEmpty)
    #expect(try await state(#require(last), pool) == "dead")
    await pool.close()
  }

  @Test func `outcomes move the row as the diagram says`() async throws {
    let pool = try await database()
    try await pool.transaction { try await queue.enqueue(kind: "k", maxAttempts: 3, $0) }
    let first = try await claim(pool)[0]
    _ = try await finish(first, as: .retry(after: .seconds(10), error: "x"), pool)
    #expect(try await claim(pool).isEmpty)
    try await age(pool, by: 11)
    let second = try await claim(pool)[0]
    #expect(second.attempt == 2)
    _ = try await finish(second, as: .release, pool)
    let third = try await claim(pool)[0]
    #expect(third.attempt == 2)
    _ = try await finish(third, as: .snooze(.seconds(5)), pool)
    try await age(pool, by: 6)
    let fourth = try await claim(pool)[0]
    #expect(fourth.attempt == 2)
    _ = try await finish(fourth, as: .dead(error: "y"), pool)
    #expect(try await state(fourth, pool) == "dead")
    await pool.close()
  }

  @Test func `a heartbeat keeps what is ours and tells what is not`() async throws {
    let pool = try await database()
    try await pool.transaction { transaction in
      for _ in 0..<2 { try await queue.enqueue(kind: "k", transaction) }
    }
    let jobs = try await claim(pool)
    _ = try await finish(jobs[0], as: .release, pool)
    let ours = try await pool.transaction(tenant: .system) {
      try await JobStore.heartbeat(jobs, lease: .seconds(30), $0)
    }
    #expect(ours == JobStore.Beat(ours: [jobs[1].id]))
    await pool.close()
  }

  @Test func `old jobs are deleted, dead ones later`() async throws {
    let pool = try await database()
    try await pool.transaction { transaction in
      for _ in 0..<2 { try await queue.enqueue(kind: "k", transaction) }
    }
    let jobs = try await claim(pool)
    _ = try await finish(jobs[0], as: .done, pool)
    _ = try await finish(jobs[1], as: .dead(error: "x"), pool)
    try await age(pool, by: 100)
    func prune() async throws -> Int {
      try await pool.transaction(tenant: .system) {
        try await JobStore.prune(olderThan: .seconds(50), $0)
      }
    }
    #expect(try await prune() == 1)
    try await age(pool, by: 500)
    #expect(try await prune() == 1)
    await pool.close()
  }
}
