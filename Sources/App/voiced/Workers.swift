internal import Calls
internal import Compliance
internal import Domain
internal import EventLoop
internal import Jobs
internal import Knowledge
internal import Postgres
internal import Webhooks

/// Who does the work behind the API: a queue each for calls, webhooks, analyses, documents, their moves and
/// housekeeping, so that a slow merchant or model holds up no call.
struct Workers: Sendable {
  /// How long running jobs have to finish when the server stops.
  private static let grace = Duration.seconds(5)

  private let dialer: JobWorker
  private let webhooks: JobWorker
  private let analyst: JobWorker
  private let librarian: JobWorker
  private let mover: JobWorker
  private let housekeeper: JobWorker

  init(_ product: Product, _ pool: PostgresPool, on loop: EventLoop) throws {
    func worker(
      _ handlers: [JobHandler], _ change: (inout JobWorker.Settings) -> Void = { _ in }
    ) throws -> JobWorker {
      var settings = JobWorker.Settings()
      change(&settings)
      return try JobWorker(loop: loop, pool: pool, handlers: handlers, settings: settings)
    }
    dialer = try worker([product.dialing])
    webhooks = try worker(product.webhooks.handlers) {
      $0.queue = WebhookJobs.queue.name
      $0.concurrency = WebhookJobs.concurrency
    }
    analyst = try worker([product.analyzer.handler]) {
      $0.queue = CallAnalyzer.queue.name
      $0.concurrency = CallAnalyzer.concurrency
    }
    librarian = try worker(product.knowledge.handlers) {
      $0.queue = KnowledgeJobs.queue.name
      $0.concurrency = KnowledgeJobs.concurrency
    }
    mover = try worker(product.knowledge.moveHandlers) {
      $0.queue = KnowledgeJobs.moves.name
      // One waits for its rate while the other seals.
      $0.concurrency = 2
      $0.pollInterval = .seconds(10)
    }
    housekeeper = try worker(
      product.retentions.map { $0.handler(pool) } + [
        product.auditSigner.handler, product.auditSigner.renewal, product.auditInspector.handler,
        product.resealer.handler,
        product.keys.handler, product.settlement.handler, product.eraser.handler,
        product.eraser.sweep,
      ]
    ) {
      $0.queue = Retention.queue.name
      // Logs are signed while one is inspected, which takes long.
      $0.concurrency = 2
      $0.pollInterval = .seconds(10)
    }
  }

  func start() async {
    for worker in [dialer, webhooks, analyst, librarian, mover, housekeeper] {
      await worker.start()
    }
  }

  /// Places no more calls; the rest goes on, since calls that end leave it work.
  func stopDialing() async { await dialer.stop(grace: Self.grace) }

  /// What runs has its time to finish; what waits stays for whoever runs next.
  func stop() async {
    for worker in [webhooks, analyst, librarian, mover, housekeeper] {
      await worker.stop(grace: Self.grace)
    }
  }
}
