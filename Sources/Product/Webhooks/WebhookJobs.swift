package import Domain
package import Jobs
package import Postgres

/// The background work of webhooks: a queue of its own, so that slow merchants hold up nothing else.
package struct WebhookJobs: Sendable {
  /// The queue that deliveries wait in.
  package static let queue = JobQueue("webhooks")
  /// Requests under way at a time, in one process.
  package static let concurrency = 32
  private static let sweepKind = "webhook.sweep"

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
    ]
  }

  /// What recurs: deliveries whose endpoint is active again are taken up.
  package static let schedules = [
    JobSchedule(
      name: "webhooks.sweep", kind: sweepKind, queue: queue.name, .every(.seconds(60)))
  ]

  /// Messages, with the log of their deliveries, and events that could not be relayed, for thirty
  /// days; the numbers of subjects that are silent for ten times as long.
  package static let retentions = [
    Retention("webhooks.messages") {
      try await DeliveryStore.forgetMessages(olderThan: .seconds(30 * 86_400), $0)
    },
    Retention("webhooks.set-aside") {
      try await Outgoing.forgetSetAside(olderThan: .seconds(30 * 86_400), $0)
    },
    Retention("webhooks.subjects") {
      try await DeliveryStore.forgetSubjects(silentFor: .seconds(300 * 86_400), $0)
    },
  ]
}
