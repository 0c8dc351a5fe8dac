internal import EventLoop
package import Postgres
internal import Telemetry

/// What is kept for a while only: recurring work that deletes what is older.
///
/// Each run deletes batch after batch, a transaction each, so that no lock is held for long and no
/// snapshot is old; it stops when nothing old is left or its time is over, and the next run goes on.
package struct Retention: Sendable {
  /// The queue of this work: a slot of its own, so that it holds up neither calls nor webhooks.
  package static let queue = JobQueue("housekeeping")
  /// Rows that one transaction deletes at most: some milliseconds.
  package static let batch = 1000

  /// The job's kind and the schedule's name.
  let name: String
  private let interval: Duration
  private let runLimit: Duration
  private let batch: Int
  private let delete: @Sendable (Transaction) async throws -> Int

  /// `delete` deletes at most `batch` old rows of one table and gives how many; it runs in a
  /// transaction of the system's, and again after a full batch. A run begins every `interval` and
  /// takes about `runLimit` at most.
  package init(
    _ name: String, every interval: Duration = .seconds(600),
    runLimit: Duration = .seconds(30), batch: Int = Retention.batch,
    delete: @escaping @Sendable (Transaction) async throws -> Int
  ) {
    self.name = name
    self.interval = interval
    self.runLimit = runLimit
    self.batch = batch
    self.delete = delete
  }

  /// When it runs.
  package var schedule: JobSchedule {
    JobSchedule(name: name, kind: name, queue: Self.queue.name, .every(interval))
  }

  /// What runs it.
  package func handler(_ pool: PostgresPool) -> JobHandler {
    JobHandler(kind: name, timeout: runLimit + .seconds(30)) { _ in
      let count = try await run(pool)
      if count > 0 {
        Log("jobs").info("old rows were deleted", ["of": "\(name)", "count": .int(count)])
      }
    }
  }

  /// One run, now; how many rows are gone. What was deleted stays so if a later batch fails.
  @discardableResult
  package func run(_ pool: PostgresPool) async throws -> Int {
    let end = LoopInstant.readClock().advanced(by: runLimit)
    var total = 0
    while true {
      let count = try await pool.transaction(tenant: .system) { try await delete($0) }
      total += count
      guard count >= batch, LoopInstant.readClock() < end else { return total }
    }
  }
}

extension Retention {
  /// Jobs for a day after they ended, dead ones for ten.
  package static let endedJobs = Retention("jobs.ended", every: .seconds(60)) {
    try await JobStore.prune(olderThan: .seconds(86_400), $0)
  }
}
