package import Postgres

/// Enqueues jobs. A job exists exactly when the transaction it was enqueued in is committed.
package struct JobQueue: Sendable {
  /// Notified when a job becomes due; a hint only.
  static let channel = "payaid_jobs"

  package init() {}

  /// Leaves a job in the caller's transaction and gives its id.
  ///
  /// With a unique key, nothing is enqueued (and nil is the answer) while a job of that kind and key
  /// waits or runs. The job belongs to the transaction's tenant.
  @discardableResult
  package func enqueue(
    kind: String, payload: [UInt8] = [], uniqueKey: String? = nil,
    runAt: PostgresTimestamp? = nil, maxAttempts: Int = 25, priority: Int = 0,
    _ transaction: Transaction
  ) async throws -> Int64? {
    let rows = try await transaction.query(
      """
      WITH job AS (
        INSERT INTO jobs (kind, payload, unique_key, run_at, max_attempts, priority)
        VALUES (\(kind), \(payload), \(uniqueKey), coalesce(\(runAt)::timestamptz, now()),
                \(maxAttempts), \(priority))
        ON CONFLICT DO NOTHING RETURNING job_id
      ) SELECT job_id, pg_notify(\(JobQueue.channel), '') FROM job
      """)
    return try rows.first?.decode("job_id", as: Int64.self)
  }

  /// The same for a typed payload.
  @discardableResult
  package func enqueue(
    _ payload: some JobPayload, uniqueKey: String? = nil, runAt: PostgresTimestamp? = nil,
    maxAttempts: Int = 25, priority: Int = 0, _ transaction: Transaction
  ) async throws -> Int64? {
    try await enqueue(
      kind: type(of: payload).jobKind, payload: payload.jobPayload, uniqueKey: uniqueKey,
      runAt: runAt, maxAttempts: maxAttempts, priority: priority, transaction)
  }

  /// Completes a job together with what its handler did: throws `leaseLost`, which rolls the
  /// transaction back, when another worker has the job by now.
  package func complete(_ job: Job, _ transaction: Transaction) async throws {
    let changed = try await transaction.execute(JobStore.finish(job, as: .done))
    guard changed == 1 else {
      throw JobError(.leaseLost, "job \(job.id) was taken over by another worker")
    }
  }

  /// Ends a waiting job; false when it is running, over or unknown.
  package func cancel(_ id: Int64, _ transaction: Transaction) async throws -> Bool {
    try await transaction.execute(
      """
      UPDATE jobs SET state = 'cancelled', finished_at = now()
      WHERE job_id = \(id) AND state = 'available'
      """) == 1
  }
}
