internal import Domain
internal import Postgres

/// The belief that a process still holds a call. It is renewed while the process lives; a call whose
/// lease has run out is the reaper's.
enum CallLease {
  /// How long one renewal lasts.
  static let seconds = 20.0
  /// How often a process renews.
  static let renewal: Duration = .seconds(5)

  /// Renews the lease of every call of `owner` that waits, and of those in progress whose media it
  /// really holds: one that could not be finished is left to run out.
  static func renew(owner: String, holding ids: [String], _ pool: PostgresPool) async throws {
    try await pool.transaction(tenant: .system) { transaction in
      try await transaction.execute(
        """
        UPDATE calls SET lease_until = now() + make_interval(secs => \(seconds))
        WHERE owner = \(owner) AND (state IN ('queued', 'dialing', 'ringing')
          OR state = 'in_progress' AND call_id = ANY(\(ids)))
        """)
    }
  }

  /// Makes `owner` the holder of a call.
  static func take(_ id: CallID, owner: String, _ transaction: Transaction) async throws {
    try await transaction.execute(
      """
      UPDATE calls SET owner = \(owner), lease_until = now() + make_interval(secs => \(seconds))
      WHERE call_id = \(id.text)
      """)
  }

  /// Calls that are not over and whose lease has run out, oldest first; at most 100.
  static func expired(_ transaction: Transaction) async throws -> [CallRecord] {
    try await transaction.query(
      """
      SELECT \(CallRecord.columns) FROM calls
      WHERE state IN ('queued', 'dialing', 'ringing', 'in_progress') AND lease_until < now()
      ORDER BY lease_until LIMIT 100 FOR UPDATE SKIP LOCKED
      """
    ).map(CallRecord.init)
  }

  /// From a call's answer to the last renewal of its lease.
  static func heldFor(_ id: CallID, _ transaction: Transaction) async throws -> Duration {
    let rows = try await transaction.query(
      """
      SELECT greatest(0, extract(epoch FROM lease_until - answer_time) * 1000000
        - \(seconds)::float8 * 1000000)::bigint AS held
      FROM calls WHERE call_id = \(id.text) AND answer_time IS NOT NULL
      """)
    return .microseconds(try rows.first?.decode("held", as: Int64?.self) ?? 0)
  }
}
