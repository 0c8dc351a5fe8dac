package import EventLoop
package import Postgres
internal import Telemetry

/// Runs jobs on one loop: claims them in batches, keeps their leases alive, writes what came of
/// them. Any number of workers, in any number of processes, share the queue.
package actor JobWorker {
  package struct Settings: Sendable {
    /// Jobs running at a time.
    package var concurrency = 16
    /// How long a silent worker keeps its jobs; renewed three times as often.
    package var lease = Duration.seconds(30)
    /// How often to look without a notification.
    package var pollInterval = Duration.seconds(1)
    /// How often to take back the jobs of workers that fell silent.
    package var rescueInterval = Duration.seconds(5)
    /// How long ended jobs are kept.
    package var retention = Duration.seconds(86_400)

    package init() {}
  }

  nonisolated let loop: EventLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    loop.asUnownedSerialExecutor()
  }
  private struct Running {
    let job: Job
    let task: Task<Void, Never>
  }

  private let pool: PostgresPool
  private let settings: Settings
  private let handlers: [String: JobHandler]
  private var machine: WorkerMachine
  private var running: [Int64: Running] = [:]
  private var timers: [LoopTimer] = []
  private var subscription: Subscription?
  private var idleWaiters: [CheckedContinuation<Void, Never>] = []
  private let log = Log("jobs")

  /// Throws `duplicateHandler` when two handlers have one kind.
  package init(
    loop: EventLoop, pool: PostgresPool, handlers: [JobHandler], settings: Settings = Settings()
  ) throws {
    self.loop = loop
    self.pool = pool
    self.settings = settings
    machine = WorkerMachine(capacity: settings.concurrency)
    var byKind: [String: JobHandler] = [:]
    for handler in handlers {
      guard byKind.updateValue(handler, forKey: handler.kind) == nil else {
        throw JobError(.duplicateHandler, "two handlers for jobs of kind \(handler.kind)")
      }
    }
    self.handlers = byKind
  }

  /// Starts to work. Notifications are a hint: without them, jobs are found by polling.
  package func start() async {
    subscription = try? await pool.listen(JobQueue.channel) { [weak self] _ in
      self?.assumeIsolatedOrHop { $0.wake() }
    }
    repeatEvery(settings.pollInterval) { worker in worker.wake() }
    repeatEvery(settings.lease / 3) { worker in worker.background { await $0.heartbeat() } }
    repeatEvery(settings.rescueInterval) { worker in worker.background { await $0.rescue() } }
    repeatEvery(.seconds(600)) { worker in worker.background { await $0.prune() } }
    wake()
  }

  /// Claims no more, lets running jobs finish within `grace`, then cancels the rest and gives them
  /// back uncounted. May be called without a start, and twice.
  package func stop(grace: Duration) async {
    machine.stop()
    subscription?.cancel()
    subscription = nil
    let limit = loop.schedule(after: grace) { [self] in
      for entry in running.values { entry.task.cancel() }
    }
    while !machine.isIdle { await withCheckedContinuation { idleWaiters.append($0) } }
    limit.cancel()
    for timer in timers { timer.cancel() }
    timers = []
  }

  /// Looks for due jobs now.
  package func wake() {
    claim(machine.wake())
  }

  private func claim(_ limit: Int?) {
    guard let limit else { return idleCheck() }
    background { await $0.claimBatch(limit) }
  }

  private func claimBatch(_ limit: Int) async {
    do {
      let jobs = try await pool.transaction(tenant: .system) {
        try await JobStore.claim(
          kinds: Array(handlers.keys), limit: limit, lease: settings.lease, $0)
      }
      for job in jobs { begin(job) }
      claim(machine.claimed(jobs.count, of: limit))
    } catch {
      machine.claimFailed()
      idleCheck()
      log.warning("jobs could not be claimed", ["error": .string("\(error)")])
    }
  }

  private func begin(_ job: Job) {
    guard let handler = handlers[job.kind] else { return }
    let task = Task(executorPreference: loop) { await self.perform(job, handler) }
    running[job.id] = Running(job: job, task: task)
  }

  private func perform(_ job: Job, _ handler: JobHandler) async {
    let limit = loop.schedule(after: handler.timeout) { [self] in running[job.id]?.task.cancel() }
    var failure: (any Error)?
    do { try await handler.run(job) } catch { failure = error }
    limit.cancel()
    let wasStopped = machine.isStopping && Task.isCancelled && failure != nil
    let outcome =
      wasStopped
      ? .release
      : JobOutcome(
        of: failure, attempt: job.attempt, maxAttempts: job.maxAttempts,
        jitter: .random(in: 0.9...1.1))
    await record(job, outcome)
    running[job.id] = nil
    claim(machine.finished())
  }

  /// Writes the outcome in a task of its own, since the job's may have been cancelled. When it cannot
  /// be written, the lease runs out and the job runs again: at least once.
  private func record(_ job: Job, _ outcome: JobOutcome) async {
    guard outcome != .nothing else { return }
    let write = Task(executorPreference: loop) { [pool] in
      try await pool.transaction(tenant: .system) {
        try await $0.execute(JobStore.finish(job, as: outcome))
      }
    }
    do { _ = try await write.value } catch {
      log.warning(
        "job's end was not recorded", ["job": .integer(job.id), "kind": .string(job.kind)])
    }
    if case .dead(let error) = outcome {
      log.error(
        "job is dead",
        ["job": .integer(job.id), "kind": .string(job.kind), "error": .string(error)])
    }
  }
}

extension JobWorker {
  private func heartbeat() async {
    let jobs = running.values.map(\.job)
    guard !jobs.isEmpty else { return }
    let ours = try? await pool.transaction(tenant: .system) {
      try await JobStore.heartbeat(jobs, lease: settings.lease, $0)
    }
    guard let ours else { return }
    for job in jobs where !ours.contains(job.id) { running[job.id]?.task.cancel() }
  }

  private func rescue() async {
    let count = try? await pool.transaction(tenant: .system) { try await JobStore.rescue($0) }
    if let count, count > 0 {
      log.warning("jobs of silent workers were taken back", ["count": .integer(Int64(count))])
      wake()
    }
  }

  private func prune() async {
    _ = try? await pool.transaction(tenant: .system) {
      try await JobStore.prune(olderThan: settings.retention, $0)
    }
  }

  private func idleCheck() {
    guard machine.isIdle else { return }
    let waiting = idleWaiters
    idleWaiters = []
    for waiter in waiting { waiter.resume() }
  }

  private func background(_ work: @escaping @Sendable (isolated JobWorker) async -> Void) {
    Task(executorPreference: loop) { await work(self) }
  }

  private func repeatEvery(
    _ interval: Duration, _ work: @escaping @Sendable (isolated JobWorker) -> Void
  ) {
    let slot = timers.count
    timers.append(loop.schedule(after: interval) { [self] in tick(slot, interval, work) })
  }

  private func tick(
    _ slot: Int, _ interval: Duration,
    _ work: @escaping @Sendable (isolated JobWorker) -> Void
  ) {
    guard slot < timers.count else { return }
    work(self)
    timers[slot] = loop.schedule(after: interval) { [self] in tick(slot, interval, work) }
  }

  /// Runs on the worker's loop: at once when already there.
  private nonisolated func assumeIsolatedOrHop(
    _ work: @escaping @Sendable (isolated JobWorker) -> Void
  ) {
    if loop.isCurrent { return assumeIsolated(work) }
    loop.execute { self.assumeIsolated(work) }
  }
}
