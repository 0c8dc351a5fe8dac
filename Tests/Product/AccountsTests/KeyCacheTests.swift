internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import ScratchPostgres
internal import Synchronization
import Testing
internal import VoiceAPI

@testable internal import Accounts
@testable internal import Cache

@Suite struct KeyCacheTests {
  private static func credential(_ id: String = "pa_live_12345678") -> KeyCache.Credential {
    KeyCache.Credential(
      id: id, merchant: MerchantID(), state: .suspended,
      secretHash: Array(repeating: 3, count: 32), scopes: ["agents.read", "calls.write"],
      expireTime: Moment(microseconds: 1_700_000_000_123_456), isRevoked: true)
  }

  @Test func `an entry is read as it was written, until its end`() throws {
    let end = Moment(seconds: 1_000)
    for credential in [
      Self.credential(),
      KeyCache.Credential(
        id: "k", merchant: MerchantID(), state: .active, secretHash: [], scopes: [],
        expireTime: nil, isRevoked: false),
    ] {
      let bytes = KeyCache.bytes(credential, until: end)
      #expect(try KeyCache.credential(bytes, at: end - .microseconds(1)) == credential)
      #expect(throws: (any Error).self) { try KeyCache.credential(bytes, at: end) }
    }
  }

  @Test func `a secret proves itself again and again, and no other one after it`() {
    let key = APIKey()
    let credential = KeyCache.Credential(
      id: key.id, merchant: MerchantID(), state: .active, secretHash: key.secretHash, scopes: [],
      expireTime: nil, isRevoked: false)
    let others = ["", APIKey().secret, String(key.secret.dropLast()), key.secret + "x"]
    for _ in 0..<2 {
      for other in others { #expect(!credential.isProven(by: other)) }
      #expect(credential.isProven(by: key.secret))
    }
  }

  @Test(arguments: ["", "{}", "[]", "null", #"{"until":99999999999999999,"id":"k"}"#])
  func `what is no entry is refused`(text: String) {
    #expect(throws: (any Error).self) {
      try KeyCache.credential(Array(text.utf8), at: Moment(seconds: 0))
    }
  }

  @Test func `what others could read or write is sealed`() throws {
    let seal = try DataSeal(key: Array(repeating: 1, count: 32))
    let entry = Self.credential()
    let sealed = try KeyCache.codec(seal).encode(entry)
    #expect(!String(decoding: sealed, as: UTF8.self).contains(entry.id))
    #expect(try KeyCache.codec(seal).decode(sealed) == entry)
    let stranger = KeyCache.codec(try DataSeal(key: Array(repeating: 2, count: 32)))
    #expect(throws: (any Error).self) { try stranger.decode(sealed) }
    #expect(throws: (any Error).self) {
      try KeyCache.codec(seal).decode(KeyCache.bytes(entry, until: WallClock.now + .seconds(9)))
    }
  }

  @Test func `an entry of another key is not believed`() async throws {
    let store = MemoryCache<KeyCache.Credential>(limits: .init(lifetime: .seconds(60)))
    let key = CacheKey(area: KeyCache.area, name: "pa_live_mine")
    guard case .missing(let ticket) = await store.find(key) else { return }
    await store.fill(ticket, with: Self.credential("pa_live_mine"))
    let cache = KeyCache(store)
    let held = try await cache.credential("pa_live_mine") { _ in nil }
    #expect(held?.id == "pa_live_mine")
    await store.drop(key)
    let read = try await cache.credential("pa_live_mine") { _ in Self.credential("pa_live_other") }
    #expect(read?.id == "pa_live_other")
    #expect(store.held(key) == nil)
  }
}

extension DatabaseTests {
  @Suite struct KeyNewsTests {
    @Test func `a merchant's state holds for keys in use at once, whoever changes it`() async throws
    {
      let scene = try await Scene.make()
      let other = try await scene.another()
      let (merchant, all) = try await scene.merchant()
      func code() async -> StatusCode? {
        await Scene.code {
          try await other.accounts.revokeApiKey(.with { $0.keyId = "none" }, options: all)
        }
      }
      #expect(await code() == .notFound)
      _ = try await scene.pool.transaction(tenant: .system) {
        try await AccountStore.setState(.suspended, of: merchant, $0)
      }
      // It believes what it knows for an hour, unless it hears of the change.
      while await code() != .permissionDenied { await Task.yield() }
      _ = try await scene.pool.transaction(tenant: .system) {
        try await AccountStore.setState(.closed, of: merchant, $0)
      }
      while await code() != .unauthenticated { await Task.yield() }
      await other.pool.close()
      await scene.pool.close()
    }

    @Test func `what changes a key is told, that it was used is not`() async throws {
      let scene = try await Scene.make()
      _ = try await scene.merchant()
      let heard = Mutex<[String?]>([])
      let listening = try await scene.pool.listen(CacheInvalidations.channel) { payload in
        heard.withLock { $0.append(payload) }
      }
      let changes = [
        "last_used = now()", "display_name = 'x'", "scopes = '{agents.read}'",
        "expire_time = now() + interval '1 day'", "revoke_time = now()",
      ]
      let ids = try await scene.pool.transaction(tenant: .system) { transaction in
        try await transaction.query("SELECT key_id FROM api_keys")
          .map { try $0.decode("key_id", as: String.self) }
      }
      for change in changes {
        _ = try await scene.pool.transaction(tenant: .system) {
          try await $0.execute(Query(unsafeSQL: "UPDATE api_keys SET \(change)"))
        }
      }
      _ = try await scene.pool.transaction(tenant: .system) {
        try await $0.execute("DELETE FROM api_keys")
      }
      while heard.withLock({ $0.count }) < 4 { await Task.yield() }
      #expect(ids.count == 1)
      #expect(heard.withLock { $0 } == Array(repeating: "key.1//" + ids[0], count: 4))
      listening.cancel()
      await scene.pool.close()
    }
  }
}
