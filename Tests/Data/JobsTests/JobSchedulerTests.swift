internal import EventLoop
internal import Postgres
internal import ScratchPostgres
import Testing

@testable internal import Jobs

@Suite struct JobSchedulerTests {
  private let hourly = JobSchedule(name: "hourly", kind: "k", .every(.seconds(3_600)))
  private var loop: EventLoop { ScratchPostgres.loops.loops[0] }

  private func lead(_ scene: QueueScene, _ holder: String) async throws -> Int64? {
    try await scene.run { try await ScheduleStore.lead(holder, lease: .seconds(15), $0) }
  }

  /// Makes the schedule due, `hours` ago.
  private func due(_ scene: QueueScene, hours: Int) async throws {
    try await scene.run {
      _ = try await $0.execute(
        """
        UPDATE job_schedules SET last_run = NULL,
          next_run = date_trunc('hour', now()) - make_interval(hours => \(hours))
        """)
    }
  }

  @Test func `one leads, until it resigns or falls silent`() async throws {
    let scene = try await QueueScene.make()
    #expect(try await lead(scene, "a") == 1)
    #expect(try await lead(scene, "b") == nil)
    #expect(try await lead(scene, "a") == 1)
    try await scene.run { try await ScheduleStore.resign("b", $0) }
    #expect(try await lead(scene, "b") == nil)
    try await scene.run { try await ScheduleStore.resign("a", $0) }
    #expect(try await lead(scene, "b") == 2)
    #expect(try await lead(scene, "a") == nil)
    await scene.pool.close()
  }

  @Test func `a tick happens once, and missed ones are one`() async throws {
    let scene = try await QueueScene.make()
    try await scene.run { try await ScheduleStore.declare([hourly], $0) }
    #expect(try await scene.run { try await ScheduleStore.tick([hourly], $0) } == 0)
    try await due(scene, hours: 5)
    let ticks = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask { try await scene.run { try await ScheduleStore.tick([hourly], $0) } }
      }
      return try await group.reduce(0, +)
    }
    #expect(ticks == 1)
    let rows = try await scene.run {
      try await $0.query("SELECT next_run > now() AS future, last_run FROM job_schedules")
    }
    #expect(try rows[0].decode("future"))
    await scene.pool.close()
  }

  @Test func `no tick piles up behind one that waits or runs`() async throws {
    let scene = try await QueueScene.make()
    try await scene.run { try await ScheduleStore.declare([hourly], $0) }
    try await due(scene, hours: 1)
    #expect(try await scene.run { try await ScheduleStore.tick([hourly], $0) } == 1)
    let job = try await scene.claim()[0]
    try await due(scene, hours: 1)
    #expect(try await scene.run { try await ScheduleStore.tick([hourly], $0) } == 0)
    try await scene.finish(job, .done)
    try await due(scene, hours: 1)
    #expect(try await scene.run { try await ScheduleStore.tick([hourly], $0) } == 1)
    await scene.pool.close()
  }

  @Test func `what failed is tried again at the next tick, however long its pause is`()
    async throws
  {
    let scene = try await QueueScene.make()
    try await scene.run { try await ScheduleStore.declare([hourly], $0) }
    try await due(scene, hours: 1)
    #expect(try await scene.run { try await ScheduleStore.tick([hourly], $0) } == 1)
    let first = try await scene.claim()[0]
    try await scene.finish(first, .retry(after: .seconds(21_600), error: "outage"))
    #expect(try await scene.claim().isEmpty)
    try await due(scene, hours: 1)
    #expect(try await scene.run { try await ScheduleStore.tick([hourly], $0) } == 0)
    let again = try #require(try await scene.claim().first)
    #expect(again.id == first.id && again.attempt == 2)
    // Nor does a tick put off one that is due already.
    try await scene.finish(again, .retry(after: .seconds(-600), error: "outage"))
    try await due(scene, hours: 1)
    #expect(try await scene.run { try await ScheduleStore.tick([hourly], $0) } == 0)
    #expect(try #require(try await scene.claim().first).waited >= .seconds(600))
    await scene.pool.close()
  }

  @Test func `declaring again keeps the next time, another timetable makes a new one`()
    async throws
  {
    let scene = try await QueueScene.make()
    func next() async throws -> PostgresTimestamp {
      try await scene.run {
        try await $0.query("SELECT next_run FROM job_schedules")[0].decode("next_run")
      }
    }
    try await scene.run { try await ScheduleStore.declare([hourly], $0) }
    try await due(scene, hours: 3)
    let overdue = try await next()
    try await scene.run { try await ScheduleStore.declare([hourly], $0) }
    #expect(try await next() == overdue)
    let daily = JobSchedule(name: "hourly", kind: "k", .cron(try CronExpression("0 3 * * *")))
    try await scene.run { try await ScheduleStore.declare([daily], $0) }
    #expect(try await next() > overdue)
    await scene.pool.close()
  }

  @Test(arguments: [false, true])
  func `what a clock that was ahead wrote is put right`(declaresAgain: Bool) async throws {
    let scene = try await QueueScene.make()
    try await scene.run { try await ScheduleStore.declare([hourly], $0) }
    try await scene.run {
      _ = try await $0.execute(
        """
        UPDATE job_schedules SET last_run = now() + interval '1 year',
          next_run = now() + interval '1 year 1 hour'
        """)
    }
    let schedule =
      declaresAgain
      ? JobSchedule(name: "hourly", kind: "k", .every(.seconds(1_800))) : hourly
    if declaresAgain { try await scene.run { try await ScheduleStore.declare([schedule], $0) } }
    #expect(try await scene.run { try await ScheduleStore.tick([schedule], $0) } == 0)
    let rows = try await scene.run {
      try await $0.query(
        """
        SELECT next_run > now() AND next_run <= now() + interval '1 hour' AS is_near
        FROM job_schedules
        """)
    }
    #expect(try rows[0].decode("is_near"))
    try await due(scene, hours: 1)
    #expect(try await scene.run { try await ScheduleStore.tick([schedule], $0) } == 1)
    await scene.pool.close()
  }

  @Test func `a lease of a clock that was ahead keeps nobody from leading`() async throws {
    let scene = try await QueueScene.make()
    #expect(try await lead(scene, "a") == 1)
    try await scene.run {
      _ = try await $0.execute("UPDATE job_leaders SET lease_until = now() + interval '1 year'")
    }
    #expect(try await lead(scene, "b") == 2)
    #expect(try await lead(scene, "a") == nil)
    await scene.pool.close()
  }

  @Test func `of two schedulers one leads, and the other when it stops`() async throws {
    let scene = try await QueueScene.make()
    var settings = JobScheduler.Settings()
    settings.pauses = LeaderMachine.Pauses(following: .milliseconds(5), leading: .milliseconds(5))
    let soon = JobSchedule(name: "soon", kind: "k", .every(.seconds(1)))
    let schedulers = try ["a", "b"].map {
      try JobScheduler(
        loop: loop, pool: scene.pool, holder: $0, schedules: [soon], settings: settings)
    }
    for scheduler in schedulers { await scheduler.start() }
    func leader() async throws -> Int {
      while true {
        for (index, scheduler) in schedulers.enumerated() where await scheduler.isLeading {
          return index
        }
        try await loop.sleep(for: .milliseconds(2))
      }
    }
    let first = try await leader()
    while try await scene.claim().isEmpty { try await loop.sleep(for: .milliseconds(20)) }
    #expect(await !schedulers[1 - first].isLeading)
    await schedulers[first].stop()
    #expect(try await leader() == 1 - first)
    await schedulers[1 - first].stop()
    await scene.pool.close()
  }

  @Test func `two schedules of one name are refused`() async throws {
    let pool = PostgresPool(
      loops: [loop], configuration: PostgresConfiguration(url: "postgresql:///x"))
    let error = #expect(throws: JobError.self) {
      try JobScheduler(loop: loop, pool: pool, holder: "a", schedules: [hourly, hourly])
    }
    #expect(error?.kind == .duplicateHandler)
    await pool.close()
  }
}
