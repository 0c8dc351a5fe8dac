internal import ArgumentParser
internal import EventLoop
internal import Glibc
internal import Jobs
internal import Postgres

/// `chaos-jobs work`: one worker process, until it is killed.
struct WorkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "work", abstract: "Runs the storm's jobs until SIGTERM.", shouldDisplay: false)

  /// Short, so that the jobs of the killed come back soon.
  static let lease = Duration.seconds(3)

  @Option(help: "The database.") var url: String

  func run() async throws {
    let loop = EventLoop.start(name: "worker")
    var configuration = PostgresConfiguration(url: url)
    configuration.maxConnections = 6
    let pool = PostgresPool(loops: [loop], configuration: configuration)
    var settings = JobWorker.Settings()
    settings.concurrency = 12
    settings.lease = Self.lease
    settings.rescueInterval = .seconds(1)
    let worker = try JobWorker(
      loop: loop, pool: pool,
      handlers: Effects.Kind.allCases.map { kind in
        JobHandler(kind: kind.rawValue) { try await perform($0, kind, loop, pool) }
      }, settings: settings)
    await worker.start()
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let mask = signals
    _ = try await loop.blocking {
      var (mask, number) = (mask, CInt(0))
      sigwait(&mask, &number)
    }
    await worker.stop(grace: .seconds(2))
    await pool.close()
  }
}

private struct Unlucky: Error {}

/// One job: some time, now and then a failure, and its effect.
private func perform(
  _ job: Job, _ kind: Effects.Kind, _ loop: EventLoop, _ pool: PostgresPool
) async throws {
  guard let number = Int(String(decoding: job.payload, as: UTF8.self)) else {
    throw JobControl.discard(reason: "the payload is no number")
  }
  try await loop.sleep(for: .milliseconds(Int.random(in: 0...15)))
  if job.attempt == 1, Int.random(in: 0..<50) == 0 { throw Unlucky() }
  try await pool.transaction(tenant: .system) { transaction in
    let conflict = kind == .keyed ? "ON CONFLICT DO NOTHING" : ""
    try await transaction.execute(
      """
      INSERT INTO \(unsafeSQL: kind.table) VALUES (\(number), \(Int(getpid())))
      \(unsafeSQL: conflict)
      """)
    if kind == .together { try await JobQueue().complete(job, transaction) }
  }
  // Where a death makes the difference: after the effect, before the end is written down.
  try await loop.sleep(for: .milliseconds(Int.random(in: 0...5)))
}
