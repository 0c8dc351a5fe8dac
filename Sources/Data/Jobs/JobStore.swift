internal import Postgres

/// All SQL on the table of jobs but for enqueuing. Times are the database's.
enum JobStore {
  /// Claims due jobs of these kinds, at most `limit`, skipping those that others are claiming.
  static func claim(
    kinds: [String], limit: Int, lease: Duration, _ transaction: Transaction
  ) async throws -> [Job] {
    let leaseID = Int64.random(in: 1 ... .max)
    let rows = try await transaction.query(
      """
      WITH due AS (
        SELECT job_id FROM jobs
        WHERE state = 'available' AND run_at <= now() AND kind = ANY(\(kinds))
        ORDER BY priority, run_at, job_id LIMIT \(limit) FOR UPDATE SKIP LOCKED
      )
      UPDATE jobs SET state = 'running', attempt = attempt + 1, attempted_at = now(),
        lease_id = \(leaseID), lease_until = now() + \(lease.sqlInterval)::interval
      FROM due WHERE jobs.job_id = due.job_id
      RETURNING jobs.job_id, kind, payload, attempt, max_attempts
      """)
    return try rows.map {
      Job(
        id: try $0.decode("job_id"), kind: try $0.decode("kind"), payload: try $0.decode("payload"),
        attempt: try $0.decode("attempt"), maxAttempts: try $0.decode("max_attempts"),
        leaseID: leaseID)
    }
  }

  /// Writes the outcome of an attempt, if the job is still ours.
  static func finish(_ job: Job, as outcome: JobOutcome) -> Query {
    var query: Query = "UPDATE jobs SET lease_id = NULL, lease_until = NULL, "
    switch outcome {
    case .done, .nothing:
      query.append("state = 'done', finished_at = now()")
    case .dead(let error):
      query.append("state = 'dead', finished_at = now(), last_error = \(error)")
    case .retry(let pause, let error):
      query.append(
        """
        state = 'available', run_at = now() + \(pause.sqlInterval)::interval,
        last_error = \(error)
        """)
    case .snooze(let pause):
      query.append(
        """
        state = 'available', run_at = now() + \(pause.sqlInterval)::interval,
        attempt = attempt - 1
        """)
    case .release:
      query.append("state = 'available', attempt = attempt - 1")
    }
    query.append(
      " WHERE job_id = \(job.id) AND lease_id = \(job.leaseID) AND state = 'running'")
    return query
  }

  /// Extends leases; gives the jobs that are still ours.
  static func heartbeat(
    _ jobs: [Job], lease: Duration, _ transaction: Transaction
  ) async throws -> Set<Int64> {
    let rows = try await transaction.query(
      """
      UPDATE jobs SET lease_until = now() + \(lease.sqlInterval)::interval
      FROM unnest(\(jobs.map(\.id))::bigint[], \(jobs.map(\.leaseID))::bigint[]) AS mine (id, lease)
      WHERE job_id = mine.id AND lease_id = mine.lease AND state = 'running'
      RETURNING job_id
      """)
    return Set(try rows.map { try $0.decode("job_id", as: Int64.self) })
  }

  /// Takes jobs back whose worker has not been heard of; gives how many. Attempts were counted when
  /// the job was claimed, so one that kills its worker every time ends as dead.
  static func rescue(_ transaction: Transaction) async throws -> Int {
    try await transaction.execute(
      """
      WITH lost AS (
        SELECT job_id FROM jobs WHERE state = 'running' AND lease_until < now()
        ORDER BY lease_until LIMIT 1000 FOR UPDATE SKIP LOCKED
      )
      UPDATE jobs SET lease_id = NULL, lease_until = NULL, last_error = 'lease ran out',
        state = CASE WHEN attempt < max_attempts THEN 'available' ELSE 'dead' END,
        finished_at = CASE WHEN attempt < max_attempts THEN NULL ELSE now() END
      FROM lost WHERE jobs.job_id = lost.job_id
      """)
  }

  /// Deletes jobs that ended longer ago than this; dead ones stay ten times as long.
  static func prune(olderThan age: Duration, _ transaction: Transaction) async throws -> Int {
    try await transaction.execute(
      """
      DELETE FROM jobs WHERE finished_at < now() - \(age.sqlInterval)::interval
        AND (state <> 'dead' OR finished_at < now() - 10 * \(age.sqlInterval)::interval)
      """)
  }
}

extension Duration {
  /// As text that PostgreSQL reads as an interval.
  var sqlInterval: String {
    let (seconds, attoseconds) = components
    return "\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) microseconds"
  }
}
