package import Postgres

extension Transaction {
  /// Returns once another transaction waits for one of this one's locks; there is no bound.
  package func untilWaitedFor() async throws {
    var waiting = 0
    while waiting == 0 {
      waiting = try await query(
        """
        SELECT 1 AS one FROM pg_locks
        WHERE NOT granted AND transactionid = pg_current_xact_id()::xid
        """
      ).count
    }
  }
}
