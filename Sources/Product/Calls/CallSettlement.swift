internal import Domain
package import Jobs
package import Postgres
package import Speech
internal import Telemetry

/// Asks the carrier what calls cost that are over, and puts its price in the place of our own.
///
/// A price is there some minutes after the end. A call without one is asked for again after as long as it has
/// been over, five minutes at least, for a day; then our own price stays.
package struct CallSettlement: Sendable {
  /// Calls of one run: the carrier takes some two hundred requests a minute, and others ask too.
  static let batch = 100
  private static let kind = "calls.settlement"

  private let pool: PostgresPool
  private let carrier: any Carrier

  package init(pool: PostgresPool, carrier: any Carrier) {
    self.pool = pool
    self.carrier = carrier
  }

  /// Each minute.
  package static let schedule = JobSchedule(
    name: kind, kind: kind, queue: Retention.queue.name, .every(.seconds(60)))

  /// What runs it.
  package var handler: JobHandler {
    JobHandler(kind: Self.kind, timeout: .seconds(300)) { _ in try await settle() }
  }

  /// Asks about the calls that are due. The first failure at the carrier ends the run: those that were
  /// not asked about come again as if they had been.
  func settle() async throws {
    let due = try await pool.transaction(tenant: .system) {
      try await SettlementStore.takeDue(limit: Self.batch, $0)
    }
    for call in due {
      guard let price = try await price(call.carrierID) else { continue }
      try await pool.transaction(tenant: .system) {
        try await SettlementStore.settle(call.id, telephony: price, $0)
      }
    }
  }

  private func price(_ id: CarrierCallID) async throws -> Rupees? {
    guard let text = try await carrier.fetchCall(id)?.price else { return nil }
    guard let price = Rupees(decimal: text) else {
      Log("calls").warning("the carrier's price is no amount", ["carrier_id": "\(id.rawValue)"])
      return nil
    }
    return price
  }
}

/// The SQL of ``CallSettlement``.
enum SettlementStore {
  /// Calls whose price may be there. Each is put off to its next time, so that nobody else takes it.
  static func takeDue(
    limit: Int, _ transaction: Transaction
  ) async throws -> [(id: CallID, carrierID: CarrierCallID)] {
    let rows = try await transaction.query(
      """
      UPDATE calls SET settle_after = CASE WHEN end_time > now() - interval '1 day'
        THEN now() + greatest(interval '5 minutes', now() - end_time) END
      WHERE call_id = ANY(ARRAY(
        SELECT call_id FROM calls WHERE settle_after <= now()
        ORDER BY settle_after LIMIT \(limit) FOR UPDATE SKIP LOCKED))
        AND carrier_id IS NOT NULL
      RETURNING call_id, carrier_id
      """)
    return try rows.compactMap { row in
      guard let id = CallID(try row.decode("call_id", as: String.self)) else { return nil }
      return (id, CarrierCallID(rawValue: try row.decode("carrier_id")))
    }
  }

  /// Writes the carrier's price, once.
  static func settle(
    _ id: CallID, telephony: Rupees, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE calls SET cost_telephony = \(telephony.micros), cost_settled = true,
        settle_after = NULL, revision = revision + 1
      WHERE call_id = \(id.text) AND NOT cost_settled
      """)
  }
}
