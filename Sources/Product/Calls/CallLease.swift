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
  /// really holds: one that could not be finished is left to run out. Of these, those that somebody
  /// asked to end.
  static func renew(
    owner: String, holding ids: [String], _ pool: PostgresPool
  ) async throws -> [String] {
    let rows = try await pool.transaction(tenant: .system) { transaction in
      try await transaction.query(
        """
        UPDATE calls SET lease_until = now() + make_interval(secs => \(seconds))
        WHERE owner = \(owner) AND (state IN ('queued', 'dialing', 'ringing')
          OR state = 'in_progress' AND call_id = ANY(\(ids)))
        RETURNING call_id, end_requested
        """)
    }
    return try rows.filter { try $0.decode("end_requested") }.map { try $0.decode("call_id") }
  }

  /// Makes `owner` the holder of a call.
  static func take(_ id: CallID, owner: String, _ transaction: Transaction) async throws {
    try await transaction.execute(
      """
      UPDATE calls SET owner = \(owner), lease_until = now() + make_interval(secs => \(seconds))
      WHERE call_id = \(id.text)
      """)
  }

  /// Makes `owner` the holder of calls that are not over and whose lease has run out, oldest first;
  /// at most 100, and none of `held`, whose media this process has.
  static func takeExpired(
    owner: String, except held: [String], _ transaction: Transaction
  ) async throws -> [CallRecord] {
    let calls = try await transaction.query(
      """
      SELECT \(CallRecord.columns) FROM calls
      WHERE state IN ('queued', 'dialing', 'ringing', 'in_progress') AND lease_until < now()
        AND call_id <> ALL(\(held))
      ORDER BY lease_until LIMIT 100 FOR UPDATE SKIP LOCKED
      """
    ).map(CallRecord.init)
    for call in calls { try await takeOver(call.id, owner: owner, transaction) }
    return calls
  }

  /// Takes a call, and keeps of one in progress when its lease was last renewed by the process that
  /// had its media: no later holder's lease counts.
  private static func takeOver(
    _ id: CallID, owner: String, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE calls SET owner = \(owner), lease_until = now() + make_interval(secs => \(seconds)),
        lost_time = CASE WHEN state = 'in_progress'
          THEN coalesce(lost_time, lease_until - make_interval(secs => \(seconds))) END
      WHERE call_id = \(id.text)
      """)
  }
}
