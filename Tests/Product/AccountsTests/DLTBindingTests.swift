internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
import Schema
import Testing
internal import VoiceAPI

@testable internal import Accounts

extension DatabaseTests {
  @Suite struct DLTBindingTests {
    typealias V1 = Payaid.Voice.V1

    private static let entity = "1101234567890123456"
    private static let own = "1103000000000000003"

    /// Says which ids a merchant has, and what is answered on its chain.
    @discardableResult
    private func say(
      _ entity: String, _ own: String, _ scene: Scene, _ options: CallOptions
    ) async throws -> V1.DltBinding? {
      try await scene.accounts.updateMerchant(
        .with {
          $0.merchant = .with {
            $0.kyc = .with {
              $0.dltEntityId = entity
              $0.dltTelemarketerId = own
            }
          }
          $0.updateMask = .with { $0.paths = ["kyc.dlt_entity_id", "kyc.dlt_telemarketer_id"] }
        }, options: options
      ).kyc?.dltBinding
    }

    private func record(
      _ outcome: DLTBinding.Outcome, of merchant: MerchantID, by reviewer: String = "op@example.in",
      platform: String? = Scene.telemarketer,
      seen: (entity: String?, telemarketer: String?) = (nil, nil), _ scene: Scene
    ) async throws -> OnDLTBinding {
      try await scene.pool.transaction(tenant: .system) {
        try await DLTBindingStore.record(
          DLTBinding(outcome, OperatorDecision(by: reviewer, reason: "r")), of: merchant,
          platform: platform, seen: seen, $0)
      }
    }

    private func shown(
      _ scene: Scene, _ options: CallOptions
    ) async throws -> V1.DltBinding? {
      try await scene.accounts.getMerchant(.init(), options: options).kyc?.dltBinding
    }

    @Test func `a binding is of two ids, until it ends or is taken back`() async throws {
      let scene = try await Scene.make()
      let (id, all) = try await scene.merchant()
      #expect(try await shown(scene, all) == nil)
      #expect(try await record(.bound(for: .seconds(60)), of: id, scene) == .noEntity)
      var binding = try #require(try await say(Self.entity, "", scene, all))
      #expect((binding.state, binding.telemarketerId) == (.unbound, Scene.telemarketer))
      #expect(try await record(.unbound, of: id, scene) == .notBound)
      #expect(
        try await record(.bound(for: .seconds(60)), of: id, scene)
          == .recorded(entity: Self.entity, telemarketer: Scene.telemarketer))
      binding = try #require(try await shown(scene, all))
      #expect(binding.state == .bound && binding.expireTime != nil)
      // Of other ids nothing is known; what was recorded of the former ones stays.
      #expect(try await say("1101234567890123457", "", scene, all)?.state == .unbound)
      binding = try #require(try await say(Self.entity, Self.own, scene, all))
      #expect((binding.state, binding.telemarketerId) == (.unbound, Self.own))
      #expect(try await say(Self.entity, "", scene, all)?.state == .bound)
      #expect(
        try await record(.unbound, of: id, scene)
          == .recorded(entity: Self.entity, telemarketer: Scene.telemarketer))
      binding = try #require(try await shown(scene, all))
      #expect(binding.state == .revoked && binding.expireTime == nil)
      #expect(try await record(.bound(for: .zero), of: id, scene) != .notBound)
      #expect(try await shown(scene, all)?.state == .expired)
      await scene.pool.close()
    }

    @Test func `a merchant that is its own telemarketer is bound to itself`() async throws {
      let scene = try await Scene.make()
      let (id, all) = try await scene.merchant()
      try await say(Self.entity, "", scene, all)
      #expect(
        try await record(.bound(for: .seconds(60)), of: id, platform: nil, scene)
          == .noTelemarketer)
      try await say(Self.entity, Self.own, scene, all)
      for platform in [nil, Scene.telemarketer] {
        #expect(
          try await record(.bound(for: .seconds(60)), of: id, platform: platform, scene)
            == .recorded(entity: Self.entity, telemarketer: Self.own))
      }
      #expect(try await shown(scene, all)?.state == .bound)
      await scene.pool.close()
    }

    @Test func `nothing is recorded of a pair that is not the merchant's`() async throws {
      let scene = try await Scene.make()
      let (id, all) = try await scene.merchant()
      try await say(Self.entity, Self.own, scene, all)
      for seen in [
        (nil, Scene.telemarketer), (Self.own, nil), (Self.own, Self.own),
      ] as [(String?, String?)] {
        #expect(
          try await record(.bound(for: .seconds(60)), of: id, seen: seen, scene)
            == .otherPair(entity: Self.entity, telemarketer: Self.own))
      }
      #expect(try await shown(scene, all)?.state == .unbound)
      #expect(
        try await record(
          .bound(for: .seconds(60)), of: id, seen: (Self.entity, Self.own), scene)
          == .recorded(entity: Self.entity, telemarketer: Self.own))
      await scene.pool.close()
    }

    @Test func `nobody binds a merchant that they belong to, and no binding is changed`()
      async throws
    {
      let scene = try await Scene.make()
      let (id, all) = try await scene.merchant()
      try await say(Self.entity, "", scene, all)
      let bound = DLTBinding.Outcome.bound(for: .seconds(60))
      #expect(
        try await record(bound, of: id, by: "Shop@example.in", scene) == .reviewerIsTheMerchants)
      #expect(try await record(bound, of: MerchantID(), scene) == .noSuchMerchant)
      _ = try await record(bound, of: id, scene)
      for change in ["UPDATE dlt_bindings SET outcome = 'bound'", "DELETE FROM dlt_bindings"] {
        await #expect(throws: PostgresError.self) {
          try await scene.pool.transaction(tenant: .system) {
            try await $0.execute(Query(unsafeSQL: change))
          }
        }
      }
      await scene.pool.close()
    }

    @Test(arguments: ["1", "110123456789012345６", "11012345678901234567", "1101234567890123 56"])
    func `ids have 19 digits`(text: String) async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      for (entity, own) in [(text, ""), (Self.entity, text)] {
        #expect(
          await Scene.code { try await say(entity, own, scene, all) } == .invalidArgument)
      }
      await scene.pool.close()
    }
  }
}
