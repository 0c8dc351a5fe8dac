internal import Postgres

/// All SQL on the table of jobs but for enqueuing and cancelling. Times are the database's.
enum JobStore {
  /// Claims due jobs of a queue and these kinds, at most `limit`, skipping those that others are
  /// claiming. One range of the index per priority; a later one is read only when there is room.
  static func claim(
    queue: String, kinds: [String], limit: Int, lease: Duration, _ transaction: Transaction
  ) async throws -> [Job] {
    let leaseID = Int64.random(in: 1 ... .max)
    let rows = try await transaction.query(
      """
      WITH due AS (
        SELECT job.job_id FROM generate_series(-2, 2) AS level
        CROSS JOIN LATERAL (
          SELECT job_id FROM jobs
          WHERE state = 'available' AND queue = \(queue) AND priority = level
            AND run_at <= now() AND kind = ANY(\(kinds))
          ORDER BY run_at, job_id LIMIT \(limit) FOR UPDATE SKIP LOCKED
        ) AS job LIMIT \(limit)
      )
      UPDATE jobs SET state = 'running', attempt = attempt + 1, attempted_at = now(),
        lease_id = \(leaseID), lease_until = now() + \(lease.sqlInterval)::interval
      FROM due WHERE jobs.job_id = due.job_id
      RETURNING jobs.job_id, kind, payload, attempt, max_attempts,
        extract(epoch FROM now() - run_at)::float8 AS waited
      """)
    return try rows.map {
      Job(
        id: try $0.decode("job_id"), kind: try $0.decode("kind"), payload: try $0.decode("payload"),
        attempt: try $0.decode("attempt"), maxAttempts: try $0.decode("max_attempts"),
        waited: .seconds(try $0.decode("waited", as: Double.self)), leaseID: leaseID)
    }
  }

  /// Writes the outcome of an attempt, if the job is still ours. What would wait again but was asked
  /// to stop meanwhile is cancelled.
  static func finish(_ job: Job, as outcome: JobOutcome) -> Query {
    var query: Query = "UPDATE jobs SET lease_id = NULL, lease_until = NULL, "
    switch outcome {
    case .done, .nothing:
      query.append("state = 'done', finished_at = now()")
    case .cancelled:
      query.append(
        "state = 'cancelled', finished_at = now(), cancel_time = coalesce(cancel_time, now())")
    case .dead(let error):
      query.append("state = 'dead', finished_at = now(), last_error = left(\(error), 1000)")
    case .retry(let pause, let error):
      query.append("\(waitAgain(after: pause)), last_error = left(\(error), 1000)")
    case .snooze(let pause):
      query.append("\(waitAgain(after: pause)), attempt = attempt - 1")
    case .release:
      query.append("\(waitAgain(after: nil)), attempt = attempt - 1")
    }
    query.append(
      " WHERE job_id = \(job.id) AND lease_id = \(job.leaseID) AND state = 'running'")
    return query
  }

  private static func waitAgain(after pause: Duration?) -> Query {
    var query: Query = """
      state = CASE WHEN cancel_time IS NULL THEN 'available' ELSE 'cancelled' END,
      finished_at = CASE WHEN cancel_time IS NULL THEN NULL ELSE now() END
      """
    if let pause { query.append(", run_at = now() + \(pause.sqlInterval)::interval") }
    return query
  }

  /// Brings back the dead and cancelled jobs that `condition` names. A key that is in flight keeps
  /// its holders out, as does a sibling with the same key.
  static func replay(_ condition: Query, _ transaction: Transaction) async throws -> Int {
    let rows = try await transaction.query(
      """
      WITH chosen AS (
        SELECT DISTINCT ON (kind, coalesce(unique_key, job_id::text)) job_id FROM jobs
        WHERE \(condition) AND state IN ('dead', 'cancelled') AND NOT EXISTS (
          SELECT FROM jobs AS other WHERE other.kind = jobs.kind
            AND other.unique_key = jobs.unique_key AND other.state IN ('available', 'running'))
        ORDER BY kind, coalesce(unique_key, job_id::text), job_id DESC LIMIT 1000
      ), back AS (
        UPDATE jobs SET state = 'available', attempt = 0, run_at = now(), finished_at = NULL,
          cancel_time = NULL, replays = replays + 1
        FROM chosen WHERE jobs.job_id = chosen.job_id AND jobs.state IN ('dead', 'cancelled')
        RETURNING jobs.job_id
      ) SELECT job_id, pg_notify(\(JobQueue.channel), '') FROM back
      """)
    return rows.count
  }

  /// What a heartbeat learnt.
  struct Beat: Equatable {
    /// The jobs that are still ours.
    var ours: Set<Int64> = []
    /// Those of them that somebody asked to stop.
    var cancelled: Set<Int64> = []
  }

  /// Extends leases.
  static func heartbeat(
    _ jobs: [Job], lease: Duration, _ transaction: Transaction
  ) async throws -> Beat {
    let rows = try await transaction.query(
      """
      UPDATE jobs SET lease_until = now() + \(lease.sqlInterval)::interval
      FROM unnest(\(jobs.map(\.id))::bigint[], \(jobs.map(\.leaseID))::bigint[]) AS mine (id, lease)
      WHERE job_id = mine.id AND lease_id = mine.lease AND state = 'running'
      RETURNING job_id, cancel_time IS NOT NULL AS stop
      """)
    var beat = Beat()
    for row in rows {
      let id = try row.decode("job_id", as: Int64.self)
      beat.ours.insert(id)
      if try row.decode("stop") { beat.cancelled.insert(id) }
    }
    return beat
  }

  /// Takes jobs back whose worker has not been heard of; gives how many. Attempts were counted when
  /// the job was claimed, so one that kills its worker every time ends as dead.
  static func rescue(_ transaction: Transaction) async throws -> Int {
    try await transaction.execute(
      """
      WITH lost AS (
        SELECT job_id, CASE WHEN cancel_time IS NOT NULL THEN 'cancelled'
          WHEN attempt < max_attempts THEN 'available' ELSE 'dead' END AS next
        FROM jobs WHERE state = 'running' AND lease_until < now()
        ORDER BY lease_until LIMIT 1000 FOR UPDATE SKIP LOCKED
      )
      UPDATE jobs SET lease_id = NULL, lease_until = NULL, last_error = 'lease ran out',
        state = lost.next, finished_at = CASE WHEN lost.next <> 'available' THEN now() END
      FROM lost WHERE jobs.job_id = lost.job_id
      """)
  }

  /// Deletes jobs that ended longer ago than this, dead ones ten times later: a batch at most. Gives
  /// how many.
  static func prune(olderThan age: Duration, _ transaction: Transaction) async throws -> Int {
    try await transaction.execute(
      """
      DELETE FROM jobs WHERE job_id = ANY(ARRAY(
        SELECT job_id FROM jobs WHERE finished_at < now() - \(age.sqlInterval)::interval
          AND (state <> 'dead' OR finished_at < now() - 10 * \(age.sqlInterval)::interval)
        ORDER BY finished_at LIMIT \(Retention.batch) FOR UPDATE SKIP LOCKED))
      """)
  }

  /// How a kind of job stands.
  struct Standing: Equatable {
    let queue: String
    let kind: String
    let due: Int
    let later: Int
    let running: Int
    let dead: Int
    let oldestDue: Duration
  }

  /// The board: what is not over, by queue and kind.
  static func board(_ transaction: Transaction) async throws -> [Standing] {
    try await transaction.query("SELECT * FROM job_board ORDER BY queue, kind").map {
      Standing(
        queue: try $0.decode("queue"), kind: try $0.decode("kind"), due: try $0.decode("due"),
        later: try $0.decode("later"), running: try $0.decode("running"),
        dead: try $0.decode("dead"),
        oldestDue: .seconds(try $0.decode("oldest_due_seconds", as: Double.self)))
    }
  }
}

extension Duration {
  /// As text that PostgreSQL reads as an interval.
  var sqlInterval: String { "\(wholeMicroseconds) microseconds" }
}
