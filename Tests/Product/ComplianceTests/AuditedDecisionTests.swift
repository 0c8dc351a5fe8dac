import Accounts
import Buffers
import Compliance
import Domain
import Postgres
import Protobuf
import ScratchPostgres
import Testing
import VoiceAPI

@Suite struct AuditedDecisionTests {
  private func entries(
    _ scene: ComplianceScene
  ) async throws -> [(kind: String, payload: JSONValue)] {
    _ = try await AuditClerk(pool: scene.pool).settle(scene.merchant)
    return try await scene.audit(subject: scene.merchant.text).map { entry in
      #expect(try JSONValue(parsing: Array(entry.entry))["actor"]?.stringValue == "system:operator")
      return (entry.kind, try JSONValue(parsing: Array(entry.payload)))
    }
  }

  @Test func `what the operator decides is in the merchant's log, with who decided and why`()
    async throws
  {
    let scene = try await ComplianceScene.make()
    let seen = [UInt8](repeating: 0xAB, count: 32)
    try await scene.pool.transaction(tenant: .system) { transaction in
      let outcome = try await KycReviewStore.decide(
        KycReview(
          .suspended,
          OperatorDecision(
            by: "Op@example.in", method: .register, reason: "a cancelled GSTIN", evidence: seen)),
        on: scene.merchant, transaction)
      #expect(outcome == .decided)
      for outcome in [DLTBinding.Outcome.bound(for: .seconds(60)), .unbound] {
        _ = try await DLTBindingStore.record(
          DLTBinding(outcome, OperatorDecision(by: "other@example.in", reason: "seen")),
          of: scene.merchant, platform: PostgresPool.telemarketer, transaction)
      }
    }
    let found = try await entries(scene)
    #expect(found.map(\.kind) == ["kyc.reviewed", "dlt.binding", "dlt.binding"])
    let (review, bound, unbound) = (found[0].payload, found[1].payload, found[2].payload)
    for (name, value) in [
      ("outcome", "suspended"), ("reviewer", "op@example.in"), ("method", "register"),
      ("reason", "a cancelled GSTIN"), ("evidence", String(repeating: "ab", count: 32)),
    ] { #expect(review[name]?.stringValue == value) }
    #expect(review["expire_time"] == nil && review["create_time"]?.stringValue?.last == "Z")
    #expect(bound["outcome"]?.stringValue == "bound" && bound["evidence"] == nil)
    #expect(bound["telemarketer_id"]?.stringValue == PostgresPool.telemarketer)
    #expect(bound["entity_id"]?.stringValue?.count == 19)
    #expect(bound["expire_time"]?.stringValue?.last == "Z")
    #expect(unbound["outcome"]?.stringValue == "unbound" && unbound["expire_time"] == nil)
    #expect(try await scene.refusals(.service) == ["MERCHANT_CHECKED", "DLT_CHAIN"])
    #expect(try await AuditClerk(pool: scene.pool).settle(scene.merchant) == 0)
    await scene.pool.close()
  }

  @Test func `a decision that is undone leaves no entry`() async throws {
    let scene = try await ComplianceScene.make()
    struct Undone: Error {}
    await #expect(throws: Undone.self) {
      try await scene.pool.transaction(tenant: .system) { transaction in
        _ = try await DLTBindingStore.record(
          DLTBinding(.unbound, OperatorDecision(by: "op@example.in", reason: "r")),
          of: scene.merchant, platform: PostgresPool.telemarketer, transaction)
        throw Undone()
      }
    }
    #expect(try await entries(scene).isEmpty)
    #expect(try await scene.refusals(.service) == [])
    await scene.pool.close()
  }
}
