internal import Buffers
internal import Domain
internal import Jobs
internal import Postgres
internal import Telemetry

/// Makes one attempt at a delivery: the job behind every webhook.
///
/// The attempt's outcome and the job's are written in one transaction, which fails when another worker
/// has the job by then. A crash between sending and writing sends the message again: receivers tell by
/// its id.
struct Deliverer: Sendable {
  /// The kind of its jobs; the payload is the delivery's id.
  static let jobKind = "webhook.deliver"
  /// How long a delivery waits for a free place at its endpoint.
  private static let crowded = Duration.seconds(1)

  let pool: PostgresPool
  let jobs: JobQueue
  let seal: DataSeal
  let send: @Sendable (WebhookRequest) async throws -> WebhookAnswer
  private let gate = EndpointGate()
  private let metrics = WebhookMetrics()

  init(
    pool: PostgresPool, jobs: JobQueue, seal: DataSeal,
    send: @escaping @Sendable (WebhookRequest) async throws -> WebhookAnswer
  ) {
    self.pool = pool
    self.jobs = jobs
    self.seal = seal
    self.send = send
  }

  /// Carries out one job.
  func deliver(_ job: Job) async throws {
    let id = String(decoding: job.payload, as: UTF8.self)
    guard let delivery = try await pool.transaction(tenant: .system, { try await due(id, job, $0) })
    else { return }
    guard gate.enter(delivery.endpoint) else { throw JobControl.snooze(Self.crowded) }
    defer { gate.leave(delivery.endpoint) }
    let attempt = try await attempt(delivery)
    let next = DeliveryPlan.attempted(
      attempt.answer.plan, step: delivery.step + 1, failingFor: delivery.failingFor,
      jitter: .random(in: 0.8...1.2))
    try await pool.transaction(tenant: .system) {
      try await record(delivery, attempt, next, job, $0)
    }
    metrics.count(next, latency: attempt.latency)
  }

  /// The delivery, if it is to be sent now. Otherwise the job is dealt with.
  private func due(
    _ id: String, _ job: Job, _ transaction: Transaction
  ) async throws -> DueDelivery? {
    guard let delivery = try await DeliveryStore.load(id, transaction) else {
      try await jobs.complete(job, transaction)
      return nil
    }
    switch DeliveryPlan.due(delivery.standing) {
    case .send: return delivery
    case .wait(let pause): try await jobs.snooze(job, for: pause, transaction)
    case .park:
      try await DeliveryStore.park(id, transaction)
      try await jobs.complete(job, transaction)
    case .drop: try await jobs.complete(job, transaction)
    }
    return nil
  }

  private func attempt(_ delivery: DueDelivery) async throws -> DeliveryStore.Attempt {
    let time = WallClock.now
    let signatures = try delivery.secrets.map {
      try seal.open($0, of: delivery.endpoint).sign(
        id: delivery.message, timestamp: time.seconds, body: delivery.body)
    }
    let start = ContinuousClock.now
    let answer = try await send(
      WebhookRequest(
        url: delivery.url, id: delivery.message, timestamp: time.seconds,
        signatures: signatures.joined(separator: " "), body: delivery.body))
    return DeliveryStore.Attempt(time: time, latency: start.duration(to: .now), answer: answer)
  }

  private func record(
    _ delivery: DueDelivery, _ attempt: DeliveryStore.Attempt, _ next: DeliveryPlan.OnAttempt,
    _ job: Job, _ transaction: Transaction
  ) async throws {
    // The job first: when another worker has it, the attempt is that one's to record.
    if case .retry(let pause, _) = next {
      try await jobs.snooze(job, for: pause, transaction)
    } else {
      try await jobs.complete(job, transaction)
    }
    try await DeliveryStore.record(delivery, attempt, next, transaction)
    switch next {
    case .delivered:
      try await EndpointStore.note(delivery.endpoint, succeeded: true, rest: nil, transaction)
    case .retry(_, let rest):
      try await EndpointStore.note(delivery.endpoint, succeeded: false, rest: rest, transaction)
    case .exhausted:
      try await EndpointStore.note(delivery.endpoint, succeeded: false, rest: nil, transaction)
      Log("webhooks").warning("a delivery is exhausted", ["delivery": .string(delivery.id)])
    case .pause(let reason): try await pause(delivery, reason, transaction)
    }
  }

  /// Pauses the endpoint and says so: in the log, in the API, and to the merchant's other endpoints.
  private func pause(
    _ delivery: DueDelivery, _ reason: DeliveryPlan.Pause, _ transaction: Transaction
  ) async throws {
    guard try await EndpointStore.pause(delivery.endpoint, reason, transaction) else { return }
    Log("webhooks").warning(
      "an endpoint is paused",
      ["endpoint": .string(delivery.endpoint), "reason": .string(reason.rawValue)])
    try await EventOutbox.append(
      ProductEvent(.webhookPaused, merchant: delivery.merchant, subject: delivery.endpoint) {
        $0.key("endpoint_id")
        $0.string(delivery.endpoint)
        $0.key("reason")
        $0.string(reason.rawValue)
      }, transaction)
  }
}

/// Attempts by outcome, and how long they took.
private struct WebhookMetrics: Sendable {
  private let latency = MetricsRegistry.process.histogram(
    "payaid_webhook_attempt_seconds", help: "How long attempts at webhooks took.")
  private let outcomes = Dictionary(
    uniqueKeysWithValues: ["delivered", "retry", "exhausted", "paused"].map { outcome in
      (
        outcome,
        MetricsRegistry.process.counter(
          "payaid_webhook_attempts_total", help: "Attempts at webhooks, by what followed.",
          labels: ["outcome": outcome])
      )
    })

  func count(_ next: DeliveryPlan.OnAttempt, latency: Duration) {
    let outcome =
      switch next {
      case .delivered: "delivered"
      case .retry: "retry"
      case .exhausted: "exhausted"
      case .pause: "paused"
      }
    outcomes[outcome]?.increment()
    self.latency.observe(latency)
  }
}
