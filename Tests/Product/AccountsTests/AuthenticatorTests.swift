internal import Buffers
internal import Cache
internal import Domain
internal import Postgres
internal import RPCCore
internal import ScratchPostgres
import Testing
internal import VoiceAPI

@testable internal import Accounts

extension DatabaseTests {
  @Suite struct AuthenticatorTests {
    private func scene() async throws -> (PostgresPool, Authenticator, APIKey, MerchantID) {
      let pool = try await ScratchPostgres.database(
        migrations: BaseMigrations.all + AccountsMigrations.all)
      let key = APIKey()
      let merchant = try await pool.transaction(tenant: .system) { transaction in
        let merchant = try await AccountStore.ensureMerchant(
          name: "Shop", email: "shop@example.in", transaction)
        try await APIKeyStore.insert(key, displayName: "test", merchant: merchant, transaction)
        return merchant
      }
      let keys = KeyCache(MemoryCache(limits: .init(lifetime: KeyCache.lifetime)))
      let authenticator = Authenticator(
        pool: pool,
        signingKeys: SigningKeys(KeyRing(MasterKey(bytes: Array(repeating: 1, count: 32)))),
        keys: keys)
      return (pool, authenticator, key, merchant)
    }

    private func metadata(_ pairs: (String, String)...) -> Metadata {
      var metadata = Metadata()
      for (name, value) in pairs { metadata.add(value, for: name) }
      return metadata
    }

    @Test func `a key is accepted in each of its forms`() async throws {
      let (pool, authenticator, key, merchant) = try await scene()
      let basic = Base64.encode(Array("\(key.id):\(key.secret)".utf8))
      for form in [
        metadata(("x-api-key", key.id), ("x-api-secret", key.secret)),
        metadata(("x-api-key", "\(key.id)_\(key.secret)")),
        metadata(("authorization", "Bearer \(key.id)_\(key.secret)")),
        metadata(("authorization", "basic \(basic)")),
      ] {
        let caller = try await authenticator.caller(form)
        #expect(caller.merchant == merchant)
        #expect(caller.principal == key.id)
      }
      await pool.close()
    }

    @Test func `anything else is refused alike`() async throws {
      let (pool, authenticator, key, _) = try await scene()
      let stranger = APIKey()
      for form in [
        metadata(), metadata(("x-api-key", key.id)),
        metadata(("x-api-key", key.id), ("x-api-secret", stranger.secret)),
        metadata(("x-api-key", stranger.id), ("x-api-secret", stranger.secret)),
        metadata(("authorization", "Bearer x")), metadata(("authorization", "Basic !")),
        metadata(("authorization", "Digest \(key.id)_\(key.secret)")),
      ] {
        let error = await #expect(throws: RPCError.self) {
          _ = try await authenticator.caller(form)
        }
        #expect(error?.code == .unauthenticated)
      }
      await pool.close()
    }

    @Test func `who may not call a method is written down with what they tried`() async throws {
      let scene = try await Scene.make { [APIAudit(pool: $0).interceptor] }
      let (merchant, _) = try await scene.merchant()
      let (viewer, session) = try await scene.user(.viewer, of: merchant, email: "v@example.in")
      let narrow = APIKey()
      try await scene.pool.transaction(tenant: .system) {
        try await APIKeyStore.insert(
          narrow, displayName: "", scopes: ["agents.read"], merchant: merchant, $0)
      }
      for options in [Scene.options(session), Scene.options(narrow)] {
        #expect(
          await Scene.code { try await scene.accounts.createApiKey(.init(), options: options) }
            == .permissionDenied)
      }
      let rows = try await scene.pool.transaction(tenant: .system) {
        try await $0.query("SELECT principal, method, outcome FROM api_audit ORDER BY entry_id")
      }
      let principals = try rows.map { try $0.decode("principal", as: String.self) }
      #expect(principals == [viewer.text, narrow.id])
      for row in rows {
        let method = try row.decode("method", as: String.self)
        #expect(method == "payaid.voice.v1.AccountService/CreateApiKey")
        let outcome = try row.decode("outcome", as: String.self)
        #expect(outcome == "PERMISSION_DENIED")
      }
      await scene.pool.close()
    }

    @Test func `a crowd with one key asks the database once`() async throws {
      let (pool, authenticator, key, merchant) = try await scene()
      let form = metadata(("x-api-key", key.id), ("x-api-secret", key.secret))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2000 {
          group.addTask {
            let caller = try await authenticator.caller(form)
            #expect(caller.merchant == merchant)
          }
        }
        try await group.waitForAll()
      }
      #expect(await pool.counts().open <= 4)
      await pool.close()
    }

    @Test func `the same address is the same merchant`() async throws {
      let (pool, _, _, merchant) = try await scene()
      let again = try await pool.transaction(tenant: .system) {
        try await AccountStore.ensureMerchant(name: "Other", email: "SHOP@example.in", $0)
      }
      #expect(again == merchant)
      await pool.close()
    }
  }
}
