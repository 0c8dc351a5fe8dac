package import EventLoop
package import Postgres
internal import Telemetry

/// Enqueues recurring work, in one process of all; shows the board in each. Run one per process. It
/// follows until the leader falls silent for the length of its lease.
package actor JobScheduler {
  package struct Settings: Sendable {
    /// How long a silent leader keeps the lead.
    package var lease = Duration.seconds(15)
    /// How often the queue's figures are read for the metrics.
    package var boardInterval = Duration.seconds(10)
    var pauses = LeaderMachine.Pauses()

    package init() {}
  }

  nonisolated let loop: EventLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    loop.asUnownedSerialExecutor()
  }
  private let pool: PostgresPool
  private let schedules: [JobSchedule]
  private let settings: Settings
  /// Who this process is in the leaders' table.
  private let holder: String
  private var machine: LeaderMachine
  private var metrics = JobMetrics()
  private var running: [Task<Void, Never>] = []
  private let leads = MetricsRegistry.process.gauge(
    "payaid_job_leader", help: "1 in the process that enqueues scheduled jobs.")
  private let log = Log("jobs")

  /// Throws `duplicateHandler` when two schedules have one name.
  package init(
    loop: EventLoop, pool: PostgresPool, holder: String, schedules: [JobSchedule],
    settings: Settings = Settings()
  ) throws {
    guard Set(schedules.map(\.name)).count == schedules.count else {
      throw JobError(.duplicateHandler, "two schedules have one name")
    }
    self.loop = loop
    self.pool = pool
    self.holder = holder
    self.schedules = schedules
    self.settings = settings
    machine = LeaderMachine(pauses: settings.pauses)
  }

  /// Begins; does nothing the second time.
  package func start() {
    guard running.isEmpty, machine.state != .ended else { return }
    running = [
      Task(executorPreference: loop) { await self.lead() },
      Task(executorPreference: loop) { await self.watch() },
    ]
  }

  /// Stops, and gives the lead to whoever asks next.
  package func stop() async {
    let mustResign = machine.end()
    for task in running { task.cancel() }
    for task in running { await task.value }
    leads.set(0)
    guard mustResign else { return }
    _ = try? await pool.transaction(tenant: .system) {
      try await ScheduleStore.resign(holder, $0)
    }
  }

  /// Whether this process leads, as far as it knows.
  package var isLeading: Bool { machine.state == .leading }

  private func lead() async {
    while machine.state != .ended {
      let pause = await ask()
      leads.set(machine.state == .leading ? 1 : 0)
      guard (try? await loop.sleep(for: pause)) != nil else { return }
    }
  }

  /// One question and, with the lead, one tick, in one transaction.
  private func ask() async -> Duration {
    let isNew = machine.state == .following
    do {
      let term = try await pool.transaction(tenant: .system) { transaction in
        let term = try await ScheduleStore.lead(holder, lease: settings.lease, transaction)
        guard term != nil else { return term }
        if isNew { try await ScheduleStore.declare(schedules, transaction) }
        _ = try await ScheduleStore.tick(schedules, transaction)
        return term
      }
      if let term, isNew { log.info("leads the schedules", ["term": .integer(term)]) }
      return machine.asked(term != nil)
    } catch is CancellationError {
      return .zero
    } catch {
      log.warning("schedules could not be looked at", ["error": .string("\(error)")])
      return machine.failed()
    }
  }

  private func watch() async {
    while machine.state != .ended {
      if let board = try? await pool.transaction(tenant: .system, { try await JobStore.board($0) })
      {
        metrics.show(board)
      }
      guard (try? await loop.sleep(for: settings.boardInterval)) != nil else { return }
    }
  }
}
