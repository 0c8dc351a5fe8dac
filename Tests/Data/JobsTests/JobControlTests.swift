internal import Postgres
internal import ScratchPostgres
import Testing

@testable internal import Jobs

/// A fresh database with the queue's tables, and short ways to work with them.
struct QueueScene {
  let pool: PostgresPool
  let queue = JobQueue()

  static func make() async throws -> QueueScene {
    QueueScene(
      pool: try await ScratchPostgres.database(migrations: BaseMigrations.all + JobsMigrations.all))
  }

  func run<Value>(_ body: (Transaction) async throws -> Value) async throws -> Value {
    try await pool.transaction(tenant: .system) { try await body($0) }
  }

  func enqueue(_ kind: String = "k", key: String? = nil) async throws -> Int64 {
    try #require(try await run { try await queue.enqueue(kind: kind, uniqueKey: key, $0) })
  }

  func claim() async throws -> [Job] {
    try await run {
      try await JobStore.claim(
        queue: JobQueue.defaultName, kinds: ["k"], limit: 10, lease: .seconds(30), $0)
    }
  }

  func finish(_ job: Job, _ outcome: JobOutcome) async throws {
    #expect(try await run { try await $0.execute(JobStore.finish(job, as: outcome)) } == 1)
  }

  func status(_ id: Int64) async throws -> String {
    try await run {
      try await $0.query("SELECT status FROM job_list WHERE job_id = \(id)")[0].decode("status")
    }
  }
}

@Suite struct JobControlTests {
  @Test func `a waiting job is cancelled at once, one that is over is left alone`() async throws {
    let scene = try await QueueScene.make()
    let id = try await scene.enqueue()
    #expect(try await scene.run { try await scene.queue.cancel(id, $0) } == .cancelled)
    #expect(try await scene.status(id) == "cancelled")
    #expect(try await scene.run { try await scene.queue.cancel(id, $0) } == .nothing)
    #expect(try await scene.run { try await scene.queue.cancel(id + 1, $0) } == .nothing)
    await scene.pool.close()
  }

  @Test(arguments: [
    (JobOutcome.cancelled, "cancelled"), (.retry(after: .zero, error: "x"), "cancelled"),
    (.snooze(.zero), "cancelled"), (.release, "cancelled"), (.done, "done"),
    (.dead(error: "x"), "dead"),
  ])
  func `a running job that was asked to stop never waits again`(
    outcome: JobOutcome, end: String
  ) async throws {
    let scene = try await QueueScene.make()
    let id = try await scene.enqueue()
    let job = try await scene.claim()[0]
    #expect(try await scene.run { try await scene.queue.cancel(id, $0) } == .stopping)
    #expect(try await scene.run { try await scene.queue.cancel(id, $0) } == .nothing)
    #expect(try await scene.status(id) == "stopping")
    let beat = try await scene.run {
      try await JobStore.heartbeat([job], lease: .seconds(30), $0)
    }
    #expect(beat == JobStore.Beat(ours: [id], cancelled: [id]))
    try await scene.finish(job, outcome)
    #expect(try await scene.status(id) == end)
    await scene.pool.close()
  }

  @Test func `a silent worker's cancelled job is not given to another`() async throws {
    let scene = try await QueueScene.make()
    let id = try await scene.enqueue()
    _ = try await scene.claim()
    _ = try await scene.run { try await scene.queue.cancel(id, $0) }
    try await scene.run {
      _ = try await $0.execute("UPDATE jobs SET lease_until = now() - interval '1 second'")
    }
    #expect(try await scene.run { try await JobStore.rescue($0) } == 1)
    #expect(try await scene.status(id) == "cancelled")
    await scene.pool.close()
  }

  @Test func `a dead job comes back with all its attempts, unless its key is in flight`()
    async throws
  {
    let scene = try await QueueScene.make()
    let id = try await scene.enqueue(key: "one")
    try await scene.finish(try await scene.claim()[0], .dead(error: "no use"))
    let second = try await scene.enqueue(key: "one")
    #expect(try await scene.run { try await scene.queue.replay(id, $0) } == false)
    try await scene.finish(try await scene.claim()[0], .done)
    #expect(try await scene.run { try await scene.queue.replay(id, $0) })
    #expect(try await scene.run { try await scene.queue.replay(second, $0) } == false)
    let job = try await scene.claim()[0]
    #expect(job.id == id && job.attempt == 1)
    await scene.pool.close()
  }

  @Test func `the dead of one kind come back together, one for each key`() async throws {
    let scene = try await QueueScene.make()
    for key in ["a", nil, nil, "a"] {
      _ = try await scene.enqueue(key: key)
      try await scene.finish(try await scene.claim()[0], .dead(error: "x"))
    }
    #expect(try await scene.run { try await scene.queue.replayDead(kind: "other", $0) } == 0)
    #expect(try await scene.run { try await scene.queue.replayDead(kind: "k", $0) } == 3)
    #expect(try await scene.claim().count == 3)
    await scene.pool.close()
  }

  @Test func `a job put off in its handler's transaction goes with what was done there`()
    async throws
  {
    let scene = try await QueueScene.make()
    let id = try await scene.enqueue()
    let job = try await scene.claim()[0]
    try await scene.run { try await scene.queue.snooze(job, for: .seconds(60), $0) }
    #expect(try await scene.status(id) == "later")
    let error = await #expect(throws: JobError.self) {
      try await scene.run { try await scene.queue.snooze(job, for: .seconds(60), $0) }
    }
    #expect(error?.kind == .leaseLost)
    await scene.pool.close()
  }

  @Test func `a queue's workers see no other queue's jobs`() async throws {
    let scene = try await QueueScene.make()
    try await scene.run { _ = try await JobQueue("slow").enqueue(kind: "k", $0) }
    #expect(try await scene.claim().isEmpty)
    let board = try await scene.run { try await JobStore.board($0) }
    #expect(board.map(\.queue) == ["slow"] && board.map(\.due) == [1])
    await scene.pool.close()
  }

  @Test(arguments: [
    ("state = 'running', attempt = 1, attempted_at = now()", "jobs_leased_while_running"),
    ("state = 'done'", "jobs_finished_once"),
    ("state = 'dead', finished_at = now()", "jobs_death_has_reason"),
    ("cancel_time = now()", "jobs_cancel_is_heeded"),
    ("attempt = 26", "jobs_attempts"),
    ("priority = 3", "jobs_priority"),
    ("last_error = repeat('x', 1001)", "jobs_error_is_short"),
    (
      "state = 'running', lease_id = 1, lease_until = now(), attempted_at = now()",
      "jobs_run_is_an_attempt"
    ),
    ("state = 'running', lease_id = 1, lease_until = now(), attempt = 1", "jobs_attempt_has_time"),
  ])
  func `the table refuses what no job can be`(change: String, rule: String) async throws {
    let scene = try await QueueScene.make()
    _ = try await scene.enqueue()
    let error = await #expect(throws: PostgresError.self) {
      try await scene.run { _ = try await $0.execute("UPDATE jobs SET \(unsafeSQL: change)") }
    }
    #expect(error?.isCheckViolation(rule) == true)
    await scene.pool.close()
  }

  @Test func `a claim reads its own range of the index`() async throws {
    let scene = try await QueueScene.make()
    try await scene.run {
      try await $0.execute(
        """
        INSERT INTO jobs (queue, kind, payload, run_at)
        SELECT 'q' || n % 10, 'k', '', now() + make_interval(secs => n - 1000)
        FROM generate_series(1, 20000) AS n
        """)
      try await $0.execute("ANALYZE jobs")
    }
    let plan = try await scene.run {
      try await $0.query(
        """
        EXPLAIN SELECT job_id FROM jobs
        WHERE state = 'available' AND queue = 'q1' AND priority = 0 AND run_at <= now()
          AND kind = ANY('{k}') ORDER BY run_at, job_id LIMIT 16 FOR UPDATE SKIP LOCKED
        """
      ).map { try $0.decode("QUERY PLAN", as: String.self) }
    }.joined(separator: "\n")
    #expect(plan.contains("Index Scan using jobs_claim") && !plan.contains("Sort"), "\(plan)")
    await scene.pool.close()
  }
}
