internal import EventLoop
internal import ScratchPostgres
import Testing

@testable internal import Postgres

@Suite struct NotificationTests {
  @Test func `a notification reaches its channel's subscribers, also after a lost connection`()
    async throws
  {
    let pool = try await ScratchPostgres.database()
    let (payloads, feed) = AsyncStream.makeStream(of: String?.self)
    let subscription = try await pool.listen("calls") { feed.yield($0) }
    var received = payloads.makeAsyncIterator()
    try await pool.execute("SELECT pg_notify('other', 'no'), pg_notify('calls', 'first')")
    #expect(await received.next() == "first")
    try await pool.execute(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE query LIKE 'LISTEN%' AND datname = current_database()
      """)
    #expect(await received.next() == .some(nil))
    try await pool.execute("SELECT pg_notify('calls', 'second')")
    #expect(await received.next() == "second")
    subscription.cancel()
    await pool.close()
  }

  @Test func `a subscription held by nobody ends`() async throws {
    let pool = try await ScratchPostgres.database()
    _ = try await pool.listen("gone") { _ in }
    let kept = try await pool.listen("kept") { _ in }
    let listening = try await pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%kept%'")
    #expect(listening.count == 2)
    kept.cancel()
    await pool.close()
  }
}
