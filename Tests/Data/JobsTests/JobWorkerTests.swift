internal import EventLoop
internal import Postgres
internal import ScratchPostgres
internal import Telemetry
import Testing

@testable internal import Jobs

@Suite struct JobWorkerTests {
  private struct Failure: Error {}
  private let queue = JobQueue()
  private var loop: EventLoop { ScratchPostgres.loops.loops[0] }

  private func database() async throws -> PostgresPool {
    try await ScratchPostgres.database(migrations: BaseMigrations.all + JobsMigrations.all)
  }

  private func states(_ pool: PostgresPool) async throws -> [String] {
    try await pool.transaction(tenant: .system) {
      try await $0.query("SELECT state FROM jobs ORDER BY job_id").map { try $0.decode("state") }
    }
  }

  @Test func `enqueued jobs are run, in any number, once each`() async throws {
    let pool = try await database()
    let (runs, feed) = AsyncStream.makeStream(of: UInt8.self)
    let handler = JobHandler(kind: "k") { feed.yield($0.payload[0]) }
    let workers = try (0..<2).map { _ in
      try JobWorker(loop: loop, pool: pool, handlers: [handler])
    }
    for worker in workers { await worker.start() }
    try await pool.transaction { transaction in
      for number in 0..<60 {
        try await queue.enqueue(kind: "k", payload: [UInt8(number)], transaction)
      }
    }
    var seen: [UInt8] = []
    for await number in runs {
      seen.append(number)
      if seen.count == 60 { break }
    }
    for worker in workers { await worker.stop(grace: .seconds(10)) }
    #expect(Set(seen).count == 60)
    #expect(try await states(pool) == Array(repeating: "done", count: 60))
    await pool.close()
  }

  @Test func `a failing job is kept for later, a discarded one is dead`() async throws {
    let pool = try await database()
    let (ends, feed) = AsyncStream.makeStream(of: Void.self)
    let worker = try JobWorker(
      loop: loop, pool: pool,
      handlers: [
        JobHandler(kind: "fails") { _ in
          feed.yield()
          throw Failure()
        },
        JobHandler(kind: "discards") { _ in
          feed.yield()
          throw JobControl.discard(reason: "unwanted")
        },
      ])
    await worker.start()
    try await pool.transaction { transaction in
      try await queue.enqueue(kind: "fails", transaction)
      try await queue.enqueue(kind: "discards", transaction)
    }
    var iterator = ends.makeAsyncIterator()
    for _ in 0..<2 { await iterator.next() }
    await worker.stop(grace: .seconds(10))
    #expect(try await states(pool) == ["available", "dead"])
    await pool.close()
  }

  @Test func `stopping gives back what does not finish, uncounted`() async throws {
    let pool = try await database()
    let (begun, feed) = AsyncStream.makeStream(of: Void.self)
    let worker = try JobWorker(
      loop: loop, pool: pool,
      handlers: [
        JobHandler(kind: "k") { [loop] _ in
          feed.yield()
          try await loop.sleep(for: .seconds(600))
        }
      ])
    await worker.start()
    try await pool.transaction { try await queue.enqueue(kind: "k", $0) }
    var iterator = begun.makeAsyncIterator()
    await iterator.next()
    await worker.stop(grace: .zero)
    #expect(try await states(pool) == ["available"])
    let attempts = try await pool.transaction(tenant: .system) {
      try await $0.query("SELECT attempt FROM jobs")[0].decode("attempt", as: Int.self)
    }
    #expect(attempts == 0)
    await worker.stop(grace: .zero)
    await pool.close()
  }

  @Test func `a handler that takes too long is cancelled and tried again`() async throws {
    let pool = try await database()
    let (ends, feed) = AsyncStream.makeStream(of: Bool.self)
    let worker = try JobWorker(
      loop: loop, pool: pool,
      handlers: [
        JobHandler(kind: "k", timeout: .milliseconds(10)) { [loop] _ in
          defer { feed.yield(Task.isCancelled) }
          try await loop.sleep(for: .seconds(600))
        }
      ])
    await worker.start()
    try await pool.transaction { try await queue.enqueue(kind: "k", $0) }
    var iterator = ends.makeAsyncIterator()
    #expect(await iterator.next() == true)
    await worker.stop(grace: .seconds(10))
    #expect(try await states(pool) == ["available"])
    await pool.close()
  }

  @Test func `cancelling a running job cancels its handler's task, wherever it runs`() async throws
  {
    let pool = try await database()
    let (ends, feed) = AsyncStream.makeStream(of: Bool.self)
    let (begun, begin) = AsyncStream.makeStream(of: Int64.self)
    let worker = try JobWorker(
      loop: loop, pool: pool,
      handlers: [
        JobHandler(kind: "k") { [loop] job in
          begin.yield(job.id)
          defer { feed.yield(Task.isCancelled) }
          try await loop.sleep(for: .seconds(600))
        }
      ])
    await worker.start()
    try await pool.transaction { try await queue.enqueue(kind: "k", $0) }
    var started = begun.makeAsyncIterator()
    let id = try #require(await started.next())
    let answer = try await pool.transaction(tenant: .system) { try await queue.cancel(id, $0) }
    #expect(answer == .stopping)
    var iterator = ends.makeAsyncIterator()
    #expect(await iterator.next() == true)
    await worker.stop(grace: .seconds(10))
    #expect(try await states(pool) == ["cancelled"])
    await pool.close()
  }

  @Test func `a job that comes back while its first run goes on is the second run's alone`()
    async throws
  {
    let pool = try await database()
    let (begun, begin) = AsyncStream.makeStream(of: Job.self)
    let (ends, feed) = AsyncStream.makeStream(of: Int.self)
    let gate = AsyncStream.makeStream(of: Void.self)
    var settings = JobWorker.Settings()
    settings.rescueInterval = .milliseconds(20)
    let worker = try JobWorker(
      loop: loop, pool: pool,
      handlers: [
        JobHandler(kind: "k") { [loop] job in
          begin.yield(job)
          defer { feed.yield(job.attempt) }
          if job.attempt > 1 { return try await loop.sleep(for: .seconds(600)) }
          await Task.detached { for await _ in gate.stream {} }.value
        }
      ], settings: settings)
    await worker.start()
    try await pool.transaction { try await queue.enqueue(kind: "k", $0) }
    var started = begun.makeAsyncIterator()
    let first = try #require(await started.next())
    try await pool.transaction(tenant: .system) {
      try await $0.execute(
        "UPDATE jobs SET lease_until = now() - interval '1 s' WHERE job_id = \(first.id)")
    }
    let second = try #require(await started.next())
    #expect(second.id == first.id && second.attempt == 2)
    var ended = ends.makeAsyncIterator()
    gate.continuation.finish()
    #expect(await ended.next() == 1)
    // Its own end, whatever the first run left: it can still be cancelled.
    _ = try await pool.transaction(tenant: .system) { try await queue.cancel(first.id, $0) }
    #expect(await ended.next() == 2)
    await worker.stop(grace: .seconds(10))
    #expect(try await states(pool) == ["cancelled"])
    await pool.close()
  }

  @Test func `a handler that heeds nothing is left behind, and its lease runs out`() async throws {
    let pool = try await database()
    let (begun, feed) = AsyncStream.makeStream(of: Void.self)
    let gate = AsyncStream.makeStream(of: Void.self)
    var settings = JobWorker.Settings()
    settings.hardStop = .milliseconds(10)
    let worker = try JobWorker(
      loop: loop, pool: pool,
      handlers: [
        JobHandler(kind: "k") { _ in
          feed.yield()
          await Task.detached { for await _ in gate.stream {} }.value
        }
      ], settings: settings)
    await worker.start()
    try await pool.transaction { try await queue.enqueue(kind: "k", $0) }
    var iterator = begun.makeAsyncIterator()
    await iterator.next()
    await worker.stop(grace: .zero)
    #expect(try await states(pool) == ["running"])
    gate.continuation.finish()
    while try await states(pool) == ["running"] { try await loop.sleep(for: .milliseconds(5)) }
    #expect(try await states(pool) == ["done"])
    await pool.close()
  }

  @Test func `runs are counted by what became of them, and timed`() async throws {
    let pool = try await database()
    let (ends, feed) = AsyncStream.makeStream(of: Void.self)
    let worker = try JobWorker(
      loop: loop, pool: pool,
      handlers: [JobHandler(kind: "counted") { _ in feed.yield() }])
    await worker.start()
    try await pool.transaction { transaction in
      for _ in 0..<3 { try await queue.enqueue(kind: "counted", transaction) }
    }
    var iterator = ends.makeAsyncIterator()
    for _ in 0..<3 { await iterator.next() }
    await worker.stop(grace: .seconds(10))
    let lines = MetricsRegistry.process.prometheusText().split(separator: "\n")
    #expect(lines.contains("payaid_job_runs_total{kind=\"counted\",outcome=\"done\"} 3"))
    #expect(lines.contains("payaid_job_run_seconds_count{kind=\"counted\"} 3"))
    #expect(lines.contains("payaid_job_wait_seconds_count{kind=\"counted\"} 3"))
    await pool.close()
  }

  @Test func `two handlers of one kind are refused by name`() async throws {
    let pool = PostgresPool(
      loops: [loop], configuration: PostgresConfiguration(url: "postgresql:///x"))
    let handler = JobHandler(kind: "call.dial") { _ in }
    let error = #expect(throws: JobError.self) {
      try JobWorker(loop: loop, pool: pool, handlers: [handler, handler])
    }
    #expect(error?.message == "two handlers for jobs of kind call.dial")
    await pool.close()
  }
}
