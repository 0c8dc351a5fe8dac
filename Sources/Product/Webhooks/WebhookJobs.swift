package import Domain
package import Jobs
package import Postgres
internal import Telemetry

/// The background work of webhooks: a queue of its own, so that slow merchants hold up nothing else.
package struct WebhookJobs: Sendable {
  /// The queue that deliveries wait in.
  package static let queue = JobQueue("webhooks")
  /// Requests under way at a time, in one process.
  package static let concurrency = 32
  /// How long messages, and the log of their deliveries, are kept.
  private static let retention = Duration.seconds(30 * 86_400)
  private static let sweepKind = "webhook.sweep"
  private static let pruneKind = "webhook.prune"

  /// What runs the queue's jobs.
  package let handlers: [JobHandler]

  package init(pool: PostgresPool, client: WebhookClient, seal: DataSeal) {
    let deliverer = Deliverer(pool: pool, jobs: Self.queue, seal: seal) {
      try await client.send($0)
    }
    let outgoing = Outgoing(jobs: Self.queue, seal: seal)
    handlers = [
      JobHandler(kind: Deliverer.jobKind) { try await deliverer.deliver($0) },
      JobHandler(kind: Self.sweepKind) { _ in
        _ = try await pool.transaction(tenant: .system) { try await outgoing.resume(nil, $0) }
      },
      JobHandler(kind: Self.pruneKind) { _ in
        let count = try await pool.transaction(tenant: .system) {
          try await DeliveryStore.prune(olderThan: Self.retention, $0)
        }
        if count > 0 { Log("webhooks").info("old messages were deleted", ["count": .int(count)]) }
      },
    ]
  }

  /// What recurs: deliveries whose endpoint is active again are taken up, and old ones are deleted.
  package static let schedules = [
    JobSchedule(
      name: "webhooks.sweep", kind: sweepKind, queue: queue.name, .every(.seconds(60))),
    JobSchedule(
      name: "webhooks.prune", kind: pruneKind, queue: queue.name, .every(.seconds(600))),
  ]
}
