internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
import Schema
import Testing
internal import VoiceAPI

@testable internal import Accounts

extension DatabaseTests {
  @Suite struct OriginTableTests {
    private func setOrigins(
      _ scene: Scene, _ options: CallOptions, _ origins: [String]
    ) async throws {
      _ = try await scene.accounts.updateMerchant(
        .with {
          $0.merchant = .with { $0.corsOrigins = origins }
          $0.updateMask = .with { $0.paths = ["cors_origins"] }
        }, options: options)
    }

    @Test func `origins are known from the start, and follow changes`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      try await setOrigins(scene, all, ["https://a.example.in"])
      let table = OriginTable(pool: scene.pool, always: ["https://ours.example.in"])
      try await table.start()
      #expect(table.allows("https://a.example.in"))
      #expect(table.allows("https://ours.example.in"))
      #expect(!table.allows("https://b.example.in"))
      try await setOrigins(scene, all, ["https://b.example.in"])
      while table.allows("https://a.example.in") { await Task.yield() }
      #expect(table.allows("https://b.example.in"))
      await scene.pool.close()
    }

    @Test func `an origin of one merchant's is not another's`() async throws {
      let scene = try await Scene.make()
      let (mine, options) = try await scene.merchant()
      let (theirs, _) = try await scene.merchant("rival@example.in")
      try await setOrigins(scene, options, ["https://a.example.in"])
      let table = OriginTable(pool: scene.pool, always: ["https://ours.example.in"])
      try await table.start()
      #expect(table.allows("https://a.example.in", for: mine))
      #expect(!table.allows("https://a.example.in", for: theirs))
      #expect(table.allows("https://ours.example.in", for: theirs))
      #expect(table.allows("https://nobodys.example.in", for: theirs))
      await scene.pool.close()
    }
  }
}
