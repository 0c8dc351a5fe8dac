internal import Buffers
package import Postgres

/// When a schedule comes due.
package enum JobTimetable: Sendable, Equatable, CustomStringConvertible {
  /// At every whole multiple of this since 1970; at least a second.
  case every(Duration)
  /// When a cron expression says.
  case cron(CronExpression)

  /// The first time later than `moment`.
  package func next(after moment: PostgresTimestamp) -> PostgresTimestamp {
    switch self {
    case .every(let interval):
      let length = max(1_000_000, interval.wholeMicroseconds)
      let count = moment.microseconds.flooredQuotient(by: length) + 1
      return PostgresTimestamp(microseconds: count * length)
    case .cron(let expression):
      let seconds = moment.microseconds.flooredQuotient(by: 1_000_000)
      // An expression that was accepted comes due within the horizon.
      return PostgresTimestamp(seconds: expression.next(after: seconds) ?? seconds + 86_400)
    }
  }

  /// In words, as the table shows it.
  package var description: String {
    switch self {
    case .every(let interval): "every \(interval)"
    case .cron(let expression): "cron \(expression.text), UTC+\(expression.offset) s"
    }
  }
}

/// Recurring work: a job without payload at each time of a timetable.
///
/// While one tick's job waits or runs, the next ticks leave no other, but one that waits to be tried again is due
/// with the next tick: after failures it pauses no longer than the timetable. After a long stop there is one tick
/// for all that were missed.
package struct JobSchedule: Sendable, Equatable {
  /// One per system, and the job's unique key.
  package let name: String
  package let kind: String
  package let queue: String
  package let timetable: JobTimetable

  package init(
    name: String, kind: String, queue: String = JobQueue.defaultName, _ timetable: JobTimetable
  ) {
    self.name = name
    self.kind = kind
    self.queue = queue
    self.timetable = timetable
  }
}

/// All SQL of schedules and their leader. Times are the database's.
enum ScheduleStore {
  /// The lease that makes a leader, by its name in the table.
  static let leaseName = "scheduler"

  /// Takes or renews the lead; nil when somebody else has it. The row stays locked to the end of the
  /// transaction, so whatever else happens in it is the leader's alone. A lease that reaches twice as far as
  /// it may is of a clock that was ahead, and holds nobody off.
  static func lead(
    _ holder: String, lease: Duration, _ transaction: Transaction
  ) async throws -> Int64? {
    let rows = try await transaction.query(
      """
      INSERT INTO job_leaders (name, holder, lease_until)
      VALUES (\(leaseName), \(holder), now() + \(lease.sqlInterval)::interval)
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,
        lease_until = excluded.lease_until,
        term = job_leaders.term + (job_leaders.holder <> excluded.holder)::int
      WHERE job_leaders.holder = excluded.holder OR job_leaders.lease_until < now()
        OR job_leaders.lease_until > now() + 2 * \(lease.sqlInterval)::interval
      RETURNING term
      """)
    return try rows.first?.decode("term", as: Int64.self)
  }

  /// Gives the lead up, so that somebody else has it at once.
  static func resign(_ holder: String, _ transaction: Transaction) async throws {
    try await transaction.execute(
      """
      UPDATE job_leaders SET lease_until = now() - interval '1 second'
      WHERE name = \(leaseName) AND holder = \(holder)
      """)
  }

  /// Writes the schedules down; one whose timetable is new begins it now.
  static func declare(_ schedules: [JobSchedule], _ transaction: Transaction) async throws {
    let rows = try await transaction.query("SELECT now() AS now")
    let now: PostgresTimestamp = try rows[0].decode("now")
    for schedule in schedules {
      try await transaction.execute(
        """
        INSERT INTO job_schedules (name, kind, queue, timetable, next_run)
        VALUES (\(schedule.name), \(schedule.kind), \(schedule.queue),
          \(schedule.timetable.description), \(schedule.timetable.next(after: now)))
        ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, queue = excluded.queue,
          timetable = excluded.timetable, next_run = excluded.next_run,
          last_run = CASE WHEN job_schedules.last_run < excluded.next_run
            THEN job_schedules.last_run END
        WHERE job_schedules.timetable <> excluded.timetable
          OR job_schedules.kind <> excluded.kind OR job_schedules.queue <> excluded.queue
        """)
    }
  }

  /// Enqueues what is due, or brings its waiting job forward, and moves it on; gives how many jobs that made.
  /// What is further ahead than two times of its timetable was moved by a clock that was ahead, and comes back.
  static func tick(_ schedules: [JobSchedule], _ transaction: Transaction) async throws -> Int {
    let rows = try await transaction.query(
      """
      SELECT name, next_run, next_run <= now() AS is_due, now() AS now FROM job_schedules
      WHERE name = ANY(\(schedules.map(\.name)))
      """)
    var count = 0
    for row in rows {
      let name: String = try row.decode("name")
      guard let schedule = schedules.first(where: { $0.name == name }) else { continue }
      let planned: PostgresTimestamp = try row.decode("next_run")
      let isDue: Bool = try row.decode("is_due")
      let next = schedule.timetable.next(after: try row.decode("now"))
      guard isDue || planned > schedule.timetable.next(after: next) else { continue }
      let moved = try await transaction.execute(
        """
        UPDATE job_schedules SET last_run = CASE WHEN next_run < \(next) THEN next_run END,
          next_run = \(next)
        WHERE name = \(name) AND next_run = \(planned)
        """)
      guard moved == 1, isDue else { continue }
      if try await JobQueue.bringForward(
        kind: schedule.kind, key: schedule.name, transaction)
      {
        continue
      }
      let job = try await JobQueue(schedule.queue).enqueue(
        kind: schedule.kind, uniqueKey: schedule.name, transaction)
      if job != nil { count += 1 }
    }
    return count
  }
}

extension Duration {
  /// Rounded towards zero.
  var wholeMicroseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }
}
