import Buffers
import Domain
import Postgres
import Protobuf
import Testing
import VoiceAPI

@testable import Compliance

/// What the audit log has of calls that were never made.
@Suite struct ErasedRefusalTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  private static let number = "+919876500001"

  /// The gate's verdict on a call that nobody makes.
  private func decide(
    _ scene: Scene, to number: String = number, by merchant: MerchantID? = nil
  ) async throws -> CallID {
    let call = CallID()
    try await scene.system { transaction in
      let agent = try #require(
        try await scene.agents.agent(scene.agents.id, .published, transaction))
      _ = try await scene.gate.decide(
        AdmissionRequest(
          merchant: merchant ?? scene.merchant, call: call, agent: agent,
          callee: try #require(PhoneNumber(number)), callerID: PhoneNumber(agent.phoneNumber)),
        doNotDisturb: DoNotDisturbAnswer(.clear, at: scene.clock.now), transaction)
    }
    return call
  }

  /// A call that an agent who is paused does not take.
  private func ring(_ scene: Scene) async throws -> CallID {
    let call = CallID()
    try await scene.system { transaction in
      var agent = try #require(
        try await scene.agents.agent(scene.agents.id, .published, transaction))
      agent.state = .paused
      _ = try await scene.gate.decide(
        IncomingRequest(
          merchant: scene.merchant, call: call, agent: agent, caller: PhoneNumber(Self.number)),
        transaction)
    }
    return call
  }

  /// Whether the payload of a call's only entry has the number as a digest; `nil` when it is gone.
  private func names(_ call: CallID, _ number: String, _ scene: Scene) async throws -> Bool? {
    let entry = try #require(try await scene.audit(subject: call.text).first)
    guard !entry.salt.isEmpty else { return nil }
    let payload = try JSONValue(parsing: Array(entry.payload))
    let digest = SaltedDigest(salt: Array(entry.salt))(number)
    return ["callee", "caller"].contains { payload[$0]?.stringValue == digest }
  }

  private func digests(_ scene: Scene) async throws -> Int {
    try await scene.system {
      try await $0.query("SELECT FROM decisions WHERE number_digest IS NOT NULL").count
    }
  }

  @Test func `of a call that was refused, whoever asked, the log forgets whose it was`()
    async throws
  {
    let scene = try await Scene.make()
    for number in [Self.number, "+919876500002"] { _ = try await scene.suppress(number) }
    let (refused, rung) = (try await decide(scene), try await ring(scene))
    let other = try await decide(scene, to: "+919876500002")
    let theirs = try await decide(scene, by: scene.rival)
    #expect(try await names(refused, Self.number, scene) == true)
    #expect(try await names(rung, Self.number, scene) == true)
    let erasure = try await scene.erase()
    #expect(try await scene.run(erasure) == nil)
    // The listing's, and these two.
    #expect(try await scene.erasure(erasure).erased?.auditPayloads == 3)
    #expect(try await names(refused, Self.number, scene) == nil)
    #expect(try await names(rung, Self.number, scene) == nil)
    #expect(try await names(other, "+919876500002", scene) == true)
    let kept = try await scene.service.listAuditEntries(
      .with { $0.subject = theirs.text }, scene.context(scene.rival)
    ).entries
    #expect(kept.allSatisfy { !$0.salt.isEmpty } && kept.count == 1)
    #expect(try await digests(scene) == 2)
    #expect(try await AuditInspector(pool: scene.pool).inspectAll() == 0)
    await scene.pool.close()
  }

  @Test func `what is refused after an erasure names nobody`() async throws {
    let scene = try await Scene.make()
    let erasure = try await scene.erase()
    let early = try await decide(scene)
    _ = try await scene.run(erasure)
    let late = try await decide(scene)
    #expect(try await names(early, Self.number, scene) == false)
    #expect(try await names(late, Self.number, scene) == false)
    #expect(try await digests(scene) == 0)
    await scene.pool.close()
  }

  @Test func `what is allowed is found by its call`() async throws {
    let scene = try await Scene.make()
    #expect(try await names(try await decide(scene), Self.number, scene) == true)
    #expect(try await digests(scene) == 0)
    await scene.pool.close()
  }

  @Test func `more refusals than one batch go`() async throws {
    let scene = try await Scene.make()
    let digest = scene.numbers.digest(try #require(PhoneNumber(Self.number)), of: scene.merchant)
    try await scene.system {
      try await $0.execute(
        """
        INSERT INTO decisions (decision_id, merchant_id, call_id, verdict, rules_version, decision,
          evaluate_time, number_digest)
        SELECT 'dec_' || lpad(n::text, 26, '0'), \(scene.merchant.text), 'call_' || n, 'block', '1',
          '{}', now(), \(digest)
        FROM generate_series(1, 2001) n
        """)
    }
    #expect(try await scene.run(try await scene.erase()) == nil)
    #expect(try await digests(scene) == 0)
    await scene.pool.close()
  }
}
