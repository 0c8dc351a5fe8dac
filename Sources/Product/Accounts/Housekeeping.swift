internal import Domain
package import EventLoop
package import Postgres
internal import Telemetry

/// Forgets what has served its time: answers kept for repeated requests, sessions that ran out,
/// failed logins of yesterday. Each process does it; it harms nothing twice.
package struct Housekeeping: Sendable {
  private static let interval = Duration.seconds(600)

  private let pool: PostgresPool

  package init(pool: PostgresPool) { self.pool = pool }

  /// Tidies every ten minutes until its task is cancelled. Run it on a loop.
  package func run(on loop: EventLoop) async {
    while (try? await loop.sleep(for: Self.interval)) != nil {
      do {
        try await tidy()
      } catch is CancellationError {
        return
      } catch {
        Log("accounts").warning("housekeeping failed", ["error": "\(error)"])
      }
    }
  }

  /// Once, now.
  func tidy() async throws {
    try await pool.transaction(tenant: .system) { transaction in
      try await Idempotency.forgetOld(transaction)
      try await SessionStore.forgetOld(transaction)
      try await LoginAttemptStore.forgetOld(transaction)
    }
  }
}
