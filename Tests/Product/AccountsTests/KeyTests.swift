internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import Schema
import Testing
internal import VoiceAPI

@testable internal import Accounts

extension DatabaseTests {
  @Suite struct KeyTests {
    typealias V1 = Payaid.Voice.V1

    private func create(
      _ scene: Scene, _ options: CallOptions, requestID: String = "", _ scopes: String...
    ) async throws -> V1.CreateApiKeyResponse {
      try await scene.accounts.createApiKey(
        .with {
          $0.apiKey = .with {
            $0.displayName = "till"
            $0.scopes = scopes
          }
          $0.requestId = requestID
        }, options: options)
    }

    private func options(_ made: V1.CreateApiKeyResponse) -> CallOptions {
      CallOptions(metadata: [
        "x-api-key": made.apiKey?.keyId ?? "", "x-api-secret": made.secret,
      ])
    }

    @Test func `a key works with its secret, which is in no list`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let made = try await create(scene, all, "account.read")
      #expect(try await scene.accounts.getMerchant(.init(), options: options(made)).name == "Shop")
      let listed = try await scene.accounts.listApiKeys(.init(), options: all)
      #expect(listed.apiKeys.map(\.displayName) == ["till", "all"])
      #expect(listed.apiKeys[0].lastUsedTime != nil)
      #expect(!String(decoding: try listed.json(), as: UTF8.self).contains(made.secret))
      #expect(
        await Scene.code { try await scene.accounts.listUsers(.init(), options: options(made)) }
          == .permissionDenied)
      await scene.pool.close()
    }

    @Test func `a revoked key fails at once, here and in another process that had just used it`()
      async throws
    {
      let scene = try await Scene.make()
      let other = try await scene.another()
      let (_, all) = try await scene.merchant()
      let made = try await create(scene, all)
      for process in [scene, other] {
        _ = try await process.accounts.getMerchant(.init(), options: options(made))
      }
      let keyID = made.apiKey?.keyId ?? ""
      let revoked = try await scene.accounts.revokeApiKey(.with { $0.keyId = keyID }, options: all)
      #expect(revoked.revokeTime != nil)
      func code(_ process: Scene) async -> StatusCode? {
        await Scene.code { try await process.accounts.getMerchant(.init(), options: options(made)) }
      }
      #expect(await code(scene) == .unauthenticated)
      // The other process believes what it knows for an hour, unless it hears of the change.
      while await code(other) == nil { await Task.yield() }
      #expect(await code(other) == .unauthenticated)
      let again = try await scene.accounts.revokeApiKey(.with { $0.keyId = keyID }, options: all)
      #expect(again.revokeTime == revoked.revokeTime)
      await other.pool.close()
      await scene.pool.close()
    }

    @Test func `a rotated key goes on for the overlap, and for none of it when that is zero`()
      async throws
    {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let made = try await create(scene, all, "account.read")
      let rotated = try await scene.accounts.rotateApiKey(
        .with { $0.keyId = made.apiKey?.keyId ?? "" }, options: all)
      #expect(rotated.apiKey?.scopes == ["account.read"])
      #expect(rotated.replaced?.replacedBy == rotated.apiKey?.keyId)
      #expect(rotated.replaced?.expireTime != nil)
      let new = CallOptions(metadata: [
        "x-api-key": rotated.apiKey?.keyId ?? "", "x-api-secret": rotated.secret,
      ])
      for key in [options(made), new] {
        #expect(
          await Scene.code { try await scene.accounts.getMerchant(.init(), options: key) } == nil)
      }
      #expect(
        await Scene.code {
          try await scene.accounts.rotateApiKey(
            .with { $0.keyId = made.apiKey?.keyId ?? "" }, options: all)
        } == .failedPrecondition)
      let last = try await scene.accounts.rotateApiKey(
        .with {
          $0.keyId = rotated.apiKey?.keyId ?? ""
          $0.overlap = Google.Protobuf.Duration()
        }, options: all)
      #expect(last.replaced?.revokeTime != nil)
      #expect(
        await Scene.code { try await scene.accounts.getMerchant(.init(), options: new) }
          == .unauthenticated)
      await scene.pool.close()
    }

    @Test func `a key that takes another's place lives no longer than new keys may`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let endless = try await create(scene, all)
      let short = try await scene.accounts.createApiKey(
        .with {
          $0.apiKey = .with { $0.expireTime = (WallClock.now + .seconds(3_600)).timestamp }
        }, options: all)
      try await scene.pool.transaction(tenant: .system) {
        _ = try await $0.execute(
          """
          UPDATE merchants SET settings = '{"maxApiKeyLifetime": "86400s"}'
          """)
      }
      for (old, life) in [(endless, 86_400), (short, 3_600)] as [(V1.CreateApiKeyResponse, Int64)] {
        let rotated = try await scene.accounts.rotateApiKey(
          .with { $0.keyId = old.apiKey?.keyId ?? "" }, options: all)
        let createTime = try #require(rotated.apiKey?.createTime)
        let expireTime = try #require(rotated.apiKey?.expireTime)
        #expect(abs(expireTime.seconds - createTime.seconds - life) <= 2)
      }
      await scene.pool.close()
    }

    @Test func `a key makes and takes over nothing stronger than itself`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let weak = options(try await create(scene, all, "keys.write", "agents.read"))
      let strong = try await create(scene, all, "agents.write")
      func code(_ scopes: [String]) async -> StatusCode? {
        await Scene.code {
          try await scene.accounts.createApiKey(
            .with { $0.apiKey = .with { $0.scopes = scopes } }, options: weak)
        }
      }
      #expect(await code(["agents.read"]) == nil)
      #expect(await code(["agents.write"]) == .permissionDenied)
      #expect(await code([]) == .permissionDenied)
      #expect(
        await Scene.code {
          try await scene.accounts.rotateApiKey(
            .with { $0.keyId = strong.apiKey?.keyId ?? "" }, options: weak)
        } == .permissionDenied)
      await scene.pool.close()
    }

    @Test func `nobody else gets a new key's secret by repeating the request`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let weak = options(try await create(scene, all, "keys.write"))
      let equal = options(try await create(scene, all))
      let creation = V1.CreateApiKeyRequest.with { $0.requestId = "r1" }
      let first = try await scene.accounts.createApiKey(creation, options: all)
      let rotation = V1.RotateApiKeyRequest.with {
        $0.keyId = first.apiKey?.keyId ?? ""
        $0.requestId = "r2"
      }
      let second = try await scene.accounts.rotateApiKey(rotation, options: all)
      for (other, code) in [(weak, .permissionDenied), (equal, .alreadyExists)]
        as [(CallOptions, StatusCode)]
      {
        #expect(
          await Scene.code { try await scene.accounts.createApiKey(creation, options: other) }
            == code)
        #expect(
          await Scene.code { try await scene.accounts.rotateApiKey(rotation, options: other) }
            == code)
      }
      #expect(
        try await scene.accounts.createApiKey(creation, options: all).secret == first.secret)
      #expect(
        try await scene.accounts.rotateApiKey(rotation, options: all).secret == second.secret)
      await scene.pool.close()
    }

    @Test func `what breaks a rule is named`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let error = await #expect(throws: RPCError.self) {
        _ = try await scene.accounts.createApiKey(
          .with {
            $0.apiKey = .with {
              $0.scopes = ["agents.read", "everything"]
              $0.expireTime = .with { $0.seconds = 1 }
            }
          }, options: all)
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("apiKey.scopes[1]") == true)
      #expect(error?.message.contains("1 more") == true)
      await scene.pool.close()
    }

    @Test func `an expired key is refused`() async throws {
      let scene = try await Scene.make()
      let (merchant, _) = try await scene.merchant()
      let key = APIKey()
      try await scene.pool.transaction(tenant: .system) {
        _ = try await APIKeyStore.insert(
          key, displayName: "", expireTime: WallClock.now - .seconds(1), merchant: merchant, $0)
      }
      #expect(
        await Scene.code {
          try await scene.accounts.getMerchant(.init(), options: Scene.options(key))
        } == .unauthenticated)
      await scene.pool.close()
    }

    @Test func `pages hold every key once, newest first`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      var made: [String] = []
      for _ in 0..<5 { made.append(try await create(scene, all).apiKey?.keyId ?? "") }
      var seen: [String] = []
      var token = ""
      repeat {
        let page = try await scene.accounts.listApiKeys(
          .with {
            $0.pageSize = 2
            $0.pageToken = token
          }, options: all)
        seen += page.apiKeys.map(\.keyId)
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(seen.prefix(5) == made.reversed()[...])
      #expect(Set(seen).count == 6)
      await scene.pool.close()
    }

    @Test func `one request id makes one key, whose secret is in no table`() async throws {
      let scene = try await Scene.make()
      let (merchant, all) = try await scene.merchant()
      let answers = try await withThrowingTaskGroup(of: V1.CreateApiKeyResponse.self) { group in
        for _ in 0..<8 {
          group.addTask { try await create(scene, all, requestID: "r-1", "keys.read") }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(answers.map { $0.secret }).count == 1)
      #expect(
        await Scene.code { try await create(scene, all, requestID: "r-1", "agents.read") }
          == .alreadyExists)
      let (keys, stored) = try await scene.pool.transaction(tenant: .system) { transaction in
        let keys = try await APIKeyStore.liveCount(merchant, transaction)
        let rows = try await transaction.query("SELECT response FROM idempotency_keys")
        return (keys, try rows[0].decode("response", as: [UInt8].self))
      }
      #expect(keys == 2)
      #expect(!String(decoding: stored, as: UTF8.self).contains(answers[0].secret))
      await scene.pool.close()
    }

    @Test func `keys that are made at once, each with a request id of its own, are all made`()
      async throws
    {
      let scene = try await Scene.make()
      let (merchant, all) = try await scene.merchant()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<16 {
          group.addTask { _ = try await create(scene, all, requestID: "r-\(number)") }
        }
        try await group.waitForAll()
      }
      let keys = try await scene.pool.transaction(tenant: .system) {
        try await APIKeyStore.liveCount(merchant, $0)
      }
      #expect(keys == 17)
      await scene.pool.close()
    }

    @Test func `another merchant's key is not there`() async throws {
      let scene = try await Scene.make()
      let (_, mine) = try await scene.merchant()
      let (_, theirs) = try await scene.merchant("rival@example.in")
      let keyID = try await create(scene, mine).apiKey?.keyId ?? ""
      #expect(
        await Scene.code {
          try await scene.accounts.revokeApiKey(.with { $0.keyId = keyID }, options: theirs)
        } == .notFound)
      #expect(
        await Scene.code {
          try await scene.accounts.rotateApiKey(.with { $0.keyId = keyID }, options: theirs)
        } == .notFound)
      let listed = try await scene.accounts.listApiKeys(.init(), options: theirs)
      #expect(!listed.apiKeys.map(\.keyId).contains(keyID))
      await scene.pool.close()
    }
  }
}
