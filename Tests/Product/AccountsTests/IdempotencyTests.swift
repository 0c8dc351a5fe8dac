internal import Domain
internal import Jobs
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import Schema
internal import ScratchPostgres
internal import Synchronization
import Testing

@testable internal import Accounts

extension DatabaseTests {
  /// `Domain.Idempotency` against a real database: concurrency, failures, crashes, other requests.
  @Suite struct IdempotencyTests {
    typealias Text = Google.Protobuf.StringValue

    private struct Failure: Error {}

    private final class Counter: Sendable {
      private let count = Atomic(0)

      func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
    }

    private func once(
      _ pool: PostgresPool, _ merchant: MerchantID, _ text: String = "request",
      by principal: String = "key_1", seal: DataSeal? = nil,
      _ effect: @Sendable (Transaction) async throws -> String
    ) async throws -> String {
      try await pool.transaction(tenant: .merchant(merchant.text)) { transaction in
        try await Domain.Idempotency.once(
          transaction, Caller(merchant: merchant, principal: principal), method: "Test",
          requestID: "id",
          request: Text.with { $0.value = text }, seal: seal
        ) {
          let value = try await effect(transaction)
          return Text.with { $0.value = value }
        }.value
      }
    }

    private func scene() async throws -> (PostgresPool, MerchantID) {
      let pool = try await ScratchPostgres.database(
        migrations: BaseMigrations.all + AccountsMigrations.all + DomainMigrations.all)
      let merchant = try await pool.transaction(tenant: .system) {
        try await AccountStore.ensureMerchant(name: "Shop", email: "shop@example.in", $0)
      }
      return (pool, merchant)
    }

    @Test(
      arguments: [
        (String(repeating: "नि", count: 127), nil),
        (String(repeating: "नि", count: 128), .invalidArgument),
        ("a" + String(repeating: "\u{301}", count: 255), .invalidArgument),
      ] as [(String, StatusCode?)])
    func `a request id has at most 255 code points`(id: String, code: StatusCode?) async throws {
      let (pool, merchant) = try await scene()
      var found: StatusCode?
      do {
        _ = try await pool.transaction(tenant: .merchant(merchant.text)) { transaction in
          try await Domain.Idempotency.once(
            transaction, Caller(merchant: merchant, principal: "key_1"), method: "Test",
            requestID: id, request: Text()
          ) { Text() }
        }
      } catch let error as RPCError {
        found = error.code
      }
      #expect(found == code)
      await pool.close()
    }

    @Test func `of many at once one takes effect, and all get its answer`() async throws {
      let (pool, merchant) = try await scene()
      let counter = Counter()
      let answers = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<24 {
          group.addTask { try await once(pool, merchant) { _ in "\(counter.next())" } }
        }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      #expect(answers == ["1"])
      #expect(counter.next() == 2)
      await pool.close()
    }

    @Test func `a request id that is claimed keeps nobody from the merchant's lock`() async throws {
      let (pool, merchant) = try await scene()
      let answer = try await once(pool, merchant) { _ in
        try await pool.transaction(tenant: .merchant(merchant.text)) { other in
          try await other.execute("SET LOCAL lock_timeout = '5s'")
          try await AccountStore.lock(merchant, other)
          return "locked"
        }
      }
      #expect(answer == "locked")
      await pool.close()
    }

    @Test func `a failure leaves no key, so the same request may succeed`() async throws {
      let (pool, merchant) = try await scene()
      await #expect(throws: Failure.self) {
        _ = try await once(pool, merchant) { _ in throw Failure() }
      }
      #expect(try await once(pool, merchant) { _ in "second" } == "second")
      #expect(try await once(pool, merchant) { _ in "third" } == "second")
      await pool.close()
    }

    @Test func `a connection that dies after the effect takes both effect and key with it`()
      async throws
    {
      let (pool, merchant) = try await scene()
      await #expect(throws: (any Error).self) {
        _ = try await once(pool, merchant) { transaction in
          try await transaction.execute("UPDATE merchants SET name = 'half done'")
          _ = try await transaction.query("SELECT pg_terminate_backend(pg_backend_pid())")
          return "never"
        }
      }
      let name = try await pool.transaction(tenant: .system) {
        try await $0.query("SELECT name FROM merchants")[0].decode("name", as: String.self)
      }
      #expect(name == "Shop")
      #expect(try await once(pool, merchant) { _ in "whole" } == "whole")
      await pool.close()
    }

    @Test func `another request with the same id is a conflict, another merchant's is not`()
      async throws
    {
      let (pool, merchant) = try await scene()
      let other = try await pool.transaction(tenant: .system) {
        try await AccountStore.ensureMerchant(name: "Rival", email: "rival@example.in", $0)
      }
      #expect(try await once(pool, merchant) { _ in "mine" } == "mine")
      let error = await #expect(throws: RPCError.self) {
        _ = try await once(pool, merchant, "another") { _ in "mine" }
      }
      #expect(error?.code == .alreadyExists)
      #expect(try await once(pool, other, "another") { _ in "theirs" } == "theirs")
      await pool.close()
    }

    @Test func `an answer is given again to who got it first, and nothing is done for another`()
      async throws
    {
      let (pool, merchant) = try await scene()
      for seal in [nil, try DataSeal(key: Array(repeating: 9, count: 32))] {
        try await pool.transaction(tenant: .system) {
          _ = try await $0.execute("DELETE FROM idempotency_keys")
        }
        #expect(try await once(pool, merchant, seal: seal) { _ in "secret" } == "secret")
        let error = await #expect(throws: RPCError.self) {
          _ = try await once(pool, merchant, by: "key_2", seal: seal) { _ in throw Failure() }
        }
        #expect(error?.code == .alreadyExists)
        #expect(try await once(pool, merchant, seal: seal) { _ in "other" } == "secret")
      }
      await pool.close()
    }

    @Test func `a sealed answer opens for its own request only`() async throws {
      let (pool, merchant) = try await scene()
      let seal = try DataSeal(key: Array(repeating: 9, count: 32))
      #expect(try await once(pool, merchant, seal: seal) { _ in "secret" } == "secret")
      #expect(try await once(pool, merchant, seal: seal) { _ in "other" } == "secret")
      let (hash, stored) = try await pool.transaction(tenant: .system) { transaction in
        let row = try await transaction.query("SELECT * FROM idempotency_keys")[0]
        return (
          try row.decode("request_hash", as: [UInt8].self),
          try row.decode("response", as: [UInt8].self)
        )
      }
      #expect(!String(decoding: stored, as: UTF8.self).contains("secret"))
      let request = try Text.with { $0.value = "request" }.serializedBytes()
      #expect(hash == seal.digest(Array("key_1\0".utf8) + request))
      let wrong = try DataSeal(key: Array(repeating: 8, count: 32))
      await #expect(throws: (any Error).self) {
        _ = try await once(pool, merchant, seal: wrong) { _ in "x" }
      }
      await pool.close()
    }

    @Test func `old answers, sessions and attempts are forgotten, young ones kept`() async throws {
      let (pool, merchant) = try await scene()
      #expect(try await once(pool, merchant) { _ in "first" } == "first")
      try await pool.transaction(tenant: .system) { transaction in
        for (number, age) in [(1, "2 days"), (2, "1 minute")] {
          try await transaction.execute(
            """
            INSERT INTO login_attempts
            VALUES (\(Array(repeating: UInt8(number), count: 32)), 3, now() - \(age)::interval)
            """)
        }
      }
      func forget() async throws -> [Int] {
        var counts: [Int] = []
        for retention in AccountRetention.all + [Domain.Idempotency.retention] {
          counts.append(try await retention.run(pool))
        }
        return counts
      }
      #expect(try await forget() == [0, 1, 0])
      #expect(try await once(pool, merchant) { _ in "second" } == "first")
      try await pool.transaction(tenant: .system) {
        _ = try await $0.execute(
          "UPDATE idempotency_keys SET create_time = now() - interval '25 hours'")
      }
      #expect(try await forget() == [0, 0, 1])
      #expect(try await once(pool, merchant) { _ in "third" } == "third")
      let left = try await pool.transaction(tenant: .system) {
        try await $0.query("SELECT count(*) AS n FROM login_attempts")[0].decode("n", as: Int.self)
      }
      #expect(left == 1)
      await pool.close()
    }

    @Test func `sessions that ran out go with their tokens, a batch at a time`() async throws {
      let (pool, merchant) = try await scene()
      let retention = try #require(AccountRetention.all.first)
      let count = Retention.batch + 50
      try await pool.transaction(tenant: .system) { transaction in
        try await transaction.execute(
          """
          INSERT INTO users (user_id, merchant_id, email, password_hash, role)
          VALUES ('usr_' || lpad('1', 26, '0'), \(merchant.text), 'a@example.in', '$argon2id$', 'owner')
          """)
        try await transaction.execute(
          """
          INSERT INTO sessions (session_id, merchant_id, user_id, expire_time)
          SELECT 'ses_' || lpad(n::text, 26, '0'), \(merchant.text), 'usr_' || lpad('1', 26, '0'),
            now() - CASE WHEN n <= \(count) THEN interval '8 days' ELSE interval '6 days' END
          FROM generate_series(1, \(count + 7)::int) n
          """)
        try await transaction.execute(
          """
          INSERT INTO refresh_tokens (token_hash, merchant_id, session_id)
          SELECT sha256(session_id::bytea), merchant_id, session_id FROM sessions
          """)
        #expect(try await SessionStore.forgetOld(transaction) == Retention.batch)
      }
      #expect(try await retention.run(pool) == 50)
      let left = try await pool.transaction(tenant: .system) {
        try await $0.query("SELECT count(*) AS n FROM refresh_tokens")[0].decode("n", as: Int.self)
      }
      #expect(left == 7)
      await pool.close()
    }

    @Test func `the audit of API calls is forgotten when its time is over, not before`()
      async throws
    {
      let (pool, merchant) = try await scene()
      let count = 2 * Retention.batch + 10
      try await pool.transaction(tenant: .system) {
        _ = try await $0.execute(
          """
          INSERT INTO api_audit (merchant_id, principal, method, request_id, outcome, time)
          SELECT \(merchant.text), 'k', 'm', n::text, 'OK',
            now() - CASE WHEN n <= \(count) THEN interval '401 days' ELSE interval '399 days' END
          FROM generate_series(1, \(count + 3)::int) n
          """)
      }
      let retention = APIAudit.retention(keptFor: .seconds(400 * 86_400))
      #expect(try await retention.run(pool) == count)
      #expect(try await retention.run(pool) == 0)
      let left = try await pool.transaction(tenant: .system) {
        try await $0.query("SELECT count(*) AS n FROM api_audit")[0].decode("n", as: Int.self)
      }
      #expect(left == 3)
      await pool.close()
    }
  }
}
