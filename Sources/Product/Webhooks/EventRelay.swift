package import Domain
package import EventLoop
package import Jobs
package import Postgres
internal import Telemetry

/// Moves events from the outbox to the endpoints that want them, in whichever process comes first.
///
/// It is woken by notifications and, since those are a hint, every second. A batch is taken and its
/// deliveries are made in one transaction, so that each event is relayed once. An event whose data
/// cannot be written is set aside in it, and holds no other up.
package actor EventRelay {
  private static let pollInterval = Duration.seconds(1)

  nonisolated let loop: EventLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    loop.asUnownedSerialExecutor()
  }
  private let pool: PostgresPool
  private let outgoing: Outgoing
  private var subscription: Subscription?
  private var timer: LoopTimer?
  private var working: Task<Void, Never>?
  private var wasRung = false
  private var isStopped = false
  private let log = Log("webhooks")

  /// Deliveries become jobs of `jobs`.
  package init(loop: EventLoop, pool: PostgresPool, jobs: JobQueue, seal: DataSeal) {
    self.loop = loop
    self.pool = pool
    outgoing = Outgoing(jobs: jobs, seal: seal)
  }

  /// Begins to relay.
  package func start() async {
    subscription = try? await pool.listen(EventOutbox.channel) { [weak self] _ in
      guard let relay = self else { return }
      relay.loop.execute { relay.assumeIsolated { $0.ring() } }
    }
    poll()
  }

  /// Takes no more events, and waits for the batch under way.
  package func stop() async {
    isStopped = true
    subscription?.cancel()
    subscription = nil
    timer?.cancel()
    timer = nil
    await working?.value
  }

  private func poll() {
    guard !isStopped else { return }
    ring()
    timer = loop.schedule(after: Self.pollInterval) { [self] in poll() }
  }

  private func ring() {
    wasRung = true
    guard working == nil, !isStopped else { return }
    working = Task(executorPreference: loop) { await self.work() }
  }

  private func work() async {
    defer { working = nil }
    while wasRung, !isStopped {
      wasRung = false
      do {
        let count = try await pool.transaction(tenant: .system) { try await outgoing.relay($0) }
        if count == Outgoing.batch { wasRung = true }
      } catch {
        log.warning("events could not be relayed", ["error": .string("\(error)")])
        return
      }
    }
  }
}
