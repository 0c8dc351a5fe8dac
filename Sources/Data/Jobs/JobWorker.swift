package import EventLoop
package import Postgres
internal import Telemetry

/// Runs jobs on one loop: claims them in batches, keeps their leases alive, writes what came of
/// them. Any number of workers, in any number of processes, share the queue.
package actor JobWorker {
  package struct Settings: Sendable {
    /// Whose jobs to run.
    package var queue = JobQueue.defaultName
    /// Jobs running at a time.
    package var concurrency = 16
    /// How long a silent worker keeps its jobs; renewed three times as often.
    package var lease = Duration.seconds(30)
    /// How often to look without a notification.
    package var pollInterval = Duration.seconds(1)
    /// How often to take back the jobs of workers that fell silent.
    package var rescueInterval = Duration.seconds(5)
    /// How long a handler whose task was cancelled at the end of the grace is waited for.
    package var hardStop = Duration.seconds(5)

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

  /// Pauses between attempts to write down an outcome, within the lease.
  private static let recordPause = Duration.seconds(1)

  private let pool: PostgresPool
  private let settings: Settings
  private let handlers: [String: JobHandler]
  private var machine: WorkerMachine
  private var metrics = JobMetrics()
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
    await listen()
    repeatEvery(settings.pollInterval) { worker in worker.wake() }
    repeatEvery(settings.lease / 3) { worker in worker.background { await $0.heartbeat() } }
    repeatEvery(settings.rescueInterval) { worker in worker.background { await $0.rescue() } }
    wake()
  }

  /// Claims no more, lets running jobs finish within `grace`, then cancels the rest and gives them
  /// back uncounted. A handler that does not heed its cancelling is left behind: its lease runs out.
  /// May be called without a start, and twice.
  package func stop(grace: Duration) async {
    machine.stop()
    subscription?.cancel()
    subscription = nil
    let soft = loop.schedule(after: grace) { [self] in
      for id in machine.graceOver() { running[id]?.task.cancel() }
    }
    let hard = loop.schedule(after: grace + settings.hardStop) { [self] in resumeIdleWaiters() }
    if !machine.isIdle { await withCheckedContinuation { idleWaiters.append($0) } }
    for timer in [soft, hard] + timers { timer.cancel() }
    timers = []
    if !machine.isIdle {
      log.error("jobs did not stop in time", ["count": .int(machine.running)])
    }
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
          queue: settings.queue, kinds: Array(handlers.keys), limit: limit, lease: settings.lease,
          $0)
      }
      let next = machine.claimed(jobs.map(\.id), of: limit)
      for job in jobs { begin(job) }
      claim(next)
    } catch {
      machine.claimFailed()
      idleCheck()
      log.warning("jobs could not be claimed", ["error": .string("\(error)")])
    }
  }

  private func begin(_ job: Job) {
    guard let handler = handlers[job.kind] else { return }
    // Its lease was lost, or it could not have come back: that run is none of ours any more.
    running[job.id]?.task.cancel()
    let task = Task(executorPreference: loop) { await self.perform(job, handler) }
    running[job.id] = Running(job: job, task: task)
  }

  private func perform(_ job: Job, _ handler: JobHandler) async {
    let start = loop.now
    let limit = loop.schedule(after: handler.timeout) { [self] in
      if isCurrent(job) { stop(job.id, .overdue) }
    }
    var failure: (any Error)?
    do { try await handler.run(job) } catch { failure = error }
    limit.cancel()
    let outcome = JobOutcome(
      of: failure, stop: isCurrent(job) ? machine.stopReason(of: job.id) : .leaseLost,
      attempt: job.attempt,
      maxAttempts: job.maxAttempts, jitter: .random(in: 0.9...1.1))
    metrics.ran(job, outcome, took: start.duration(to: loop.now))
    await record(job, outcome)
    guard isCurrent(job) else { return }
    running[job.id] = nil
    claim(machine.finished(job.id))
  }

  /// Whether `job` is the run that counts, and not one whose job came back with another lease.
  private func isCurrent(_ job: Job) -> Bool { running[job.id]?.job == job }

  private func stop(_ id: Int64, _ reason: WorkerMachine.Stop) {
    if machine.stop(id, reason) { running[id]?.task.cancel() }
  }

  /// Writes the outcome, again and again while the lease lasts and the worker does not stop. When it
  /// cannot be written, the lease runs out and the job runs again: at least once.
  private func record(_ job: Job, _ outcome: JobOutcome) async {
    guard outcome != .nothing else { return }
    let deadline = loop.now.advanced(by: settings.lease)
    while await !write(outcome, of: job) {
      guard !machine.isStopping, loop.now < deadline else {
        log.warning(
          "job's end was not recorded", ["job": .integer(job.id), "kind": .string(job.kind)])
        return
      }
      await uncancelled { try? await $0.sleep(for: Self.recordPause) }
    }
    if case .dead(let error) = outcome {
      log.error(
        "job is dead",
        ["job": .integer(job.id), "kind": .string(job.kind), "error": .string(error)])
    }
  }

  /// Whether the database took it, or said that the job is not ours.
  private func write(_ outcome: JobOutcome, of job: Job) async -> Bool {
    await uncancelled { [pool] _ in
      let written = try? await pool.transaction(tenant: .system) {
        try await $0.execute(JobStore.finish(job, as: outcome))
      }
      return written != nil
    }
  }

  /// Runs `body` in a task of its own, since the handler's may have been cancelled.
  private func uncancelled<Value: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async -> Value
  ) async -> Value {
    await Task(executorPreference: loop) { [loop] in await body(loop) }.value
  }
}

extension JobWorker {
  private func listen() async {
    subscription = try? await pool.listen(JobQueue.channel) { [weak self] payload in
      self?.assumeIsolatedOrHop { $0.notified(payload) }
    }
  }

  private func notified(_ payload: String?) {
    guard let payload, payload.hasPrefix("cancel:") else { return wake() }
    if let id = Int64(payload.dropFirst(7)) { stop(id, .cancelled) }
  }

  private func heartbeat() async {
    if subscription == nil, !machine.isStopping { await listen() }
    let jobs = running.values.map(\.job)
    guard !jobs.isEmpty else { return }
    let beat = try? await pool.transaction(tenant: .system) {
      try await JobStore.heartbeat(jobs, lease: settings.lease, $0)
    }
    guard let beat else { return }
    // A job that ended and came back meanwhile has another lease, which was not asked about.
    let asked = jobs.filter { running[$0.id]?.job == $0 }.map(\.id)
    let stopped = machine.beat(asked: asked, ours: beat.ours, cancelled: beat.cancelled)
    for id in stopped { running[id]?.task.cancel() }
  }

  private func rescue() async {
    let count = try? await pool.transaction(tenant: .system) { try await JobStore.rescue($0) }
    if let count, count > 0 {
      log.warning("jobs of silent workers were taken back", ["count": .integer(Int64(count))])
      wake()
    }
  }

  private func idleCheck() {
    if machine.isIdle { resumeIdleWaiters() }
  }

  private func resumeIdleWaiters() {
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
