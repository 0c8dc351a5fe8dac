package import Jobs
package import Postgres
package import RPCCore
internal import Synchronization
internal import Telemetry

/// Writes down every mutating call of the API that had a caller, whether it went well or not.
///
/// A call ends for its client only when its entry is committed: entries that come while others are
/// written share one statement and one commit. Reads (NO_SIDE_EFFECTS) pass by. What cannot be written
/// is counted and logged, since the call itself has had its effect. Any task.
package final class APIAudit: Sendable {
  private struct Entry {
    let merchant: String
    let principal: String
    let method: String
    let requestID: String
    let outcome: String
    let time: Int64
    let written: CheckedContinuation<Void, Never>
  }

  private struct State {
    var waiting: [Entry] = []
    var isWriting = false
  }

  /// Entries that wait at once; more are lost, and said to be.
  private static let capacity = 10_000
  /// Entries in one statement.
  private static let batch = 500

  private let pool: PostgresPool
  private let state = Mutex(State())
  private let lost = MetricsRegistry.process.counter(
    "api_audit_lost_total", help: "Audit entries of the API that could not be written.")

  package init(pool: PostgresPool) { self.pool = pool }

  /// Goes around the authenticating interceptor, which sets whose call it is, also of one it
  /// refuses.
  package var interceptor: Interceptor {
    let noting = Interceptor { context, next in
      do {
        try await next(context)
      } catch {
        let code = RPCError(converting: error, requestID: context.requestID).code
        await self.note(context, code)
        throw error
      }
      await self.note(context, .ok)
    }
    return Interceptor(for: { $0.idempotency == .noSideEffects ? nil : noting })
  }

  /// Forgets entries of calls longer ago than `lifetime`.
  ///
  /// Entries are numbered as they are written, seconds after their call at most, so the oldest are the
  /// first: the key finds them, and writing one pays for no index of their times.
  package static func retention(keptFor lifetime: Duration) -> Retention {
    Retention("audit.api") { transaction in
      try await transaction.execute(
        """
        DELETE FROM api_audit WHERE entry_id = ANY(ARRAY(
            SELECT entry_id FROM api_audit ORDER BY entry_id LIMIT \(Retention.batch)))
          AND time < now() - \("\(lifetime.components.seconds) seconds")::interval
        """)
    }
  }

  private func note(_ context: RPCContext, _ code: StatusCode) async {
    guard let caller = context.knownCaller else { return }
    let time = WallClock.now.microseconds
    await withCheckedContinuation { written in
      let entry = Entry(
        merchant: caller.merchant.text, principal: caller.principal,
        method: context.method.fullName, requestID: context.requestID,
        outcome: code.description, time: time, written: written)
      let (isTaken, mustWrite) = state.withLock { state in
        guard state.waiting.count < Self.capacity else { return (false, false) }
        state.waiting.append(entry)
        defer { state.isWriting = true }
        return (true, !state.isWriting)
      }
      if !isTaken { fail([entry], "too many entries wait") }
      // A task of its own: the call's may be cancelled, and its entry is written all the same.
      if mustWrite { Task { await self.writeAll() } }
    }
  }

  private func writeAll() async {
    while let entries = next() {
      do {
        try await write(entries)
        for entry in entries { entry.written.resume() }
      } catch {
        fail(entries, "\(error)")
      }
    }
  }

  private func next() -> [Entry]? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.isWriting = false
        return nil
      }
      let taken = Array(state.waiting.prefix(Self.batch))
      state.waiting.removeFirst(taken.count)
      return taken
    }
  }

  private func fail(_ entries: [Entry], _ why: String) {
    lost.increment(by: UInt64(entries.count))
    Log("audit").error(
      "api calls were not written down",
      [
        "count": .int(entries.count), "error": "\(why)",
        "request_ids": "\(entries.prefix(20).map(\.requestID).joined(separator: " "))",
      ])
    for entry in entries { entry.written.resume() }
  }

  private func write(_ entries: [Entry]) async throws {
    let (merchants, principals) = (entries.map(\.merchant), entries.map(\.principal))
    let (methods, requests) = (entries.map(\.method), entries.map(\.requestID))
    let (outcomes, times) = (entries.map(\.outcome), entries.map(\.time))
    try await pool.autocommit(.system).execute(
      """
      INSERT INTO api_audit (merchant_id, principal, method, request_id, outcome, time)
      SELECT m, p, f, r, o, to_timestamp(t / 1000000.0)
      FROM unnest(\(merchants)::text[], \(principals)::text[], \(methods)::text[],
                  \(requests)::text[], \(outcomes)::text[], \(times)::bigint[])
        AS u(m, p, f, r, o, t)
      """)
  }
}
