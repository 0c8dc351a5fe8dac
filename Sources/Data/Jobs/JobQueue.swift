package import Postgres

/// Enqueues and steers jobs. A job exists exactly when the transaction it was enqueued in is committed.
package struct JobQueue: Sendable {
  /// Notified when a job becomes due, and with `cancel:ID` when a running one is to stop; hints only.
  static let channel = "payaid_jobs"
  /// The queue of jobs that name none.
  package static let defaultName = "default"

  /// Which workers run what is enqueued: those of the queue of this name.
  package let name: String

  package init(_ name: String = JobQueue.defaultName) { self.name = name }

  /// Leaves a job in the caller's transaction and gives its id.
  ///
  /// With a unique key, nothing is enqueued (and nil is the answer) while a job of that kind and key
  /// waits or runs; a transaction that is enqueuing the same one is waited for. The job belongs to
  /// the transaction's tenant.
  @discardableResult
  package func enqueue(
    kind: String, payload: [UInt8] = [], uniqueKey: String? = nil,
    runAt: PostgresTimestamp? = nil, maxAttempts: Int = 25, priority: JobPriority = .normal,
    _ transaction: Transaction
  ) async throws -> Int64? {
    let rows = try await transaction.query(
      """
      WITH job AS (
        INSERT INTO jobs (queue, kind, payload, unique_key, run_at, max_attempts, priority)
        VALUES (\(name), \(kind), \(payload), \(uniqueKey),
                coalesce(\(runAt)::timestamptz, now()), \(maxAttempts), \(priority.rawValue))
        ON CONFLICT DO NOTHING RETURNING job_id
      ) SELECT job_id, pg_notify(\(JobQueue.channel), '') FROM job
      """)
    return try rows.first?.decode("job_id", as: Int64.self)
  }

  /// The same for a typed payload.
  @discardableResult
  package func enqueue(
    _ payload: some JobPayload, uniqueKey: String? = nil, runAt: PostgresTimestamp? = nil,
    maxAttempts: Int = 25, priority: JobPriority = .normal, _ transaction: Transaction
  ) async throws -> Int64? {
    try await enqueue(
      kind: type(of: payload).jobKind, payload: payload.jobPayload, uniqueKey: uniqueKey,
      runAt: runAt, maxAttempts: maxAttempts, priority: priority, transaction)
  }

  /// Leaves a job for each key, which is its payload too; keys in flight are passed over.
  package func enqueue(
    kind: String, keys: [String], _ transaction: Transaction
  ) async throws {
    guard !keys.isEmpty else { return }
    _ = try await transaction.query(
      """
      WITH job AS (
        INSERT INTO jobs (queue, kind, payload, unique_key)
        SELECT \(name), \(kind), convert_to(key, 'UTF8'), key FROM unnest(\(keys)::text[]) AS key
        ON CONFLICT DO NOTHING RETURNING job_id
      ) SELECT pg_notify(\(JobQueue.channel), '') FROM job LIMIT 1
      """)
  }

  /// Sees to it that the job of this key is due now: one that waits is brought forward, one that is
  /// not in flight is enqueued, with the key as its payload. One that runs is left alone.
  package func hasten(kind: String, key: String, _ transaction: Transaction) async throws {
    if try await !Self.bringForward(kind: kind, key: key, transaction) {
      try await enqueue(kind: kind, keys: [key], transaction)
    }
  }

  /// Lets the job of this key that waits be due now, if it is not yet; false when none waits.
  static func bringForward(
    kind: String, key: String, _ transaction: Transaction
  ) async throws -> Bool {
    let waiting = try await transaction.query(
      """
      WITH job AS (
        UPDATE jobs SET run_at = least(run_at, now())
        WHERE kind = \(kind) AND unique_key = \(key) AND state = 'available' RETURNING job_id
      ) SELECT pg_notify(\(JobQueue.channel), '') FROM job
      """)
    return !waiting.isEmpty
  }

  /// A condition: whether a job of this kind waits or runs whose unique key is what `key`, a column, says.
  package static func isInFlight(kind: String, key: Query) -> Query {
    """
    EXISTS (SELECT FROM jobs WHERE jobs.kind = \(kind) AND jobs.unique_key = \(key)
      AND jobs.state IN ('available', 'running'))
    """
  }

  /// Completes a job together with what its handler did: throws `leaseLost`, which rolls the
  /// transaction back, when another worker has the job by now.
  package func complete(_ job: Job, _ transaction: Transaction) async throws {
    try await finish(job, .done, transaction)
  }

  /// Puts a job off together with what its handler did, uncounted; throws like `complete`. A job that
  /// was to be cancelled is.
  package func snooze(
    _ job: Job, for pause: Duration, _ transaction: Transaction
  ) async throws {
    try await finish(job, .snooze(pause), transaction)
  }

  private func finish(
    _ job: Job, _ outcome: JobOutcome, _ transaction: Transaction
  ) async throws {
    guard try await transaction.execute(JobStore.finish(job, as: outcome)) == 1 else {
      throw JobError(.leaseLost, "job \(job.id) was taken over by another worker")
    }
  }

  /// What came of asking for a job's end.
  package enum OnCancel: Sendable, Equatable {
    /// It waited, and is over.
    case cancelled
    /// It runs; its handler's task is being cancelled.
    case stopping
    /// It is over, stopping already, or unknown.
    case nothing
  }

  /// Ends a waiting job at once and asks a running one to stop, in whichever process it runs.
  package func cancel(_ id: Int64, _ transaction: Transaction) async throws -> OnCancel {
    let rows = try await transaction.query(
      """
      UPDATE jobs SET cancel_time = now(),
        state = CASE WHEN state = 'available' THEN 'cancelled' ELSE state END,
        finished_at = CASE WHEN state = 'available' THEN now() END
      WHERE job_id = \(id) AND (state = 'available' OR state = 'running' AND cancel_time IS NULL)
      RETURNING state, pg_notify(\(JobQueue.channel), \("cancel:\(id)"))
      """)
    guard let row = rows.first else { return .nothing }
    return try row.decode("state", as: String.self) == "cancelled" ? .cancelled : .stopping
  }

  /// Brings a dead or cancelled job back with all its attempts; false when it is neither, or when a
  /// job with its unique key is in flight.
  package func replay(_ id: Int64, _ transaction: Transaction) async throws -> Bool {
    try await JobStore.replay("job_id = \(id)", transaction) == 1
  }

  /// Brings back every dead job of a kind, at most 1,000 at a time; gives how many.
  package func replayDead(kind: String, _ transaction: Transaction) async throws -> Int {
    try await JobStore.replay("kind = \(kind) AND state = 'dead'", transaction)
  }
}
