import Compliance
import Domain
import Postgres
import Protobuf
import RPCCore
import Schema
import Synchronization
import Testing
import VoiceAPI

@Suite struct GateServiceTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  private func admit(
    _ scene: Scene, _ purpose: V1.CallPurpose, _ transaction: Transaction, _ call: CallID = CallID()
  ) async throws -> V1.Decision {
    scene.agents.purpose.withLock { $0 = purpose }
    let agent = try #require(
      try await scene.agents.agent(scene.agents.id, .published, transaction))
    return try await scene.gate.decide(
      AdmissionRequest(
        merchant: scene.merchant, call: call, agent: agent,
        callee: try #require(PhoneNumber("+919876500001")),
        callerID: PhoneNumber(agent.phoneNumber)),
      doNotDisturb: DoNotDisturbAnswer(.clear, at: scene.clock.now), transaction)
  }

  @Test func `consents open and close calls of their purpose`() async throws {
    let scene = try await Scene.make()
    #expect(try await scene.refusals(.serviceExplicit) == ["CONSENT"])
    let made = try await scene.consent("+919876500001", [.serviceExplicit])
    #expect(try await scene.refusals(.serviceExplicit) == [])
    #expect(try await scene.refusals(.serviceExplicit, to: "+919876500002") == ["CONSENT"])
    scene.clock.advance(days: 180)
    #expect(try await scene.refusals(.serviceExplicit) == ["CONSENT"])
    _ = try await scene.withdraw(made.consentId)
    #expect(try await scene.refusals(.promotional) == ["CONSENT"])
    #expect(try await scene.refusals(.service) == [])
    #expect(try await scene.refusals(.transactional) == [])
    await scene.pool.close()
  }

  /// The rules that speak against a call from `number`, or from none.
  private func refusals(_ scene: Scene, from number: String?) async throws -> [String] {
    let agent = V1.Agent.with {
      $0.agentId = scene.agents.id.text
      $0.purpose = .service
      $0.state = .active
    }
    let question = AdmissionRequest(
      merchant: scene.merchant, call: CallID(), agent: agent,
      callee: try #require(PhoneNumber("+919876500001")),
      callerID: number.flatMap(PhoneNumber.init))
    // As calls are placed, and as they are dialled.
    var answers: [[String]] = []
    for tenant in [Tenant.merchant(scene.merchant.text), .system] {
      let decision = try await scene.pool.transaction(tenant: tenant) {
        try await scene.gate.decide(
          question, doNotDisturb: DoNotDisturbAnswer(.notAsked, at: scene.clock.now), $0)
      }
      answers.append(decision.results.filter { $0.outcome == .fail }.map(\.rule))
    }
    #expect(answers[0] == answers[1])
    return answers[0]
  }

  @Test func `a call goes out from a number that is rented or an agent's, by its owner`()
    async throws
  {
    let scene = try await Scene.make()
    for (index, state) in ["active", "buying", "releasing"].enumerated() {
      try await scene.rent("+91804712001\(index)", by: scene.merchant, state: state)
      try await scene.rent("+91804712002\(index)", by: scene.rival, state: state)
    }
    try await scene.makeAgent(with: "+918047120030", of: scene.merchant)
    try await scene.makeAgent(with: "+918047120031", of: scene.rival)
    try await scene.makeAgent(with: "+918047120032", of: scene.merchant, state: "deleted")
    try await scene.makeAgent(with: "+918047120033", of: scene.merchant, state: "paused")
    for number in ["+918047120010", "+918047120030", "+918047120033"] {
      #expect(try await refusals(scene, from: number) == [], "\(number)")
    }
    for number in [
      "+918047120011", "+918047120012", "+918047120020", "+918047120021", "+918047120022",
      "+918047120031", "+918047120032", "+918047120040",
    ] {
      #expect(try await refusals(scene, from: number) == ["CALLER_ID_OWN"], "\(number)")
    }
    #expect(try await refusals(scene, from: nil) == ["CALLER_ID_PRESENT"])
    await scene.pool.close()
  }

  @Test(arguments: [
    ("kyc_state = 'draft', kyc_expire = NULL", ["MERCHANT_CHECKED"]),
    ("kyc_state = 'submitted', kyc_expire = NULL", ["MERCHANT_CHECKED"]),
    ("kyc_state = 'rejected', kyc_expire = NULL", ["MERCHANT_CHECKED"]),
    ("kyc_state = 'suspended', kyc_expire = NULL", ["MERCHANT_CHECKED"]),
    ("kyc_expire = timestamptz '2026-11-23 12:00 Asia/Kolkata'", ["MERCHANT_CHECKED"]),
    ("kyc_expire = timestamptz '2026-11-23 12:01 Asia/Kolkata'", []),
    ("kyc = kyc - 'dltEntityId'", ["DLT_ENTITY"]), ("kyc = kyc - 'sector'", ["SECTOR_KNOWN"]),
    (#"kyc = kyc || '{"sector":"INSURANCE"}'"#, ["SERIES_1600"]),
    ("state = 'suspended'", ["MERCHANT_ACTIVE"]),
  ])
  func `what is stored of a merchant lets its calls go out or not`(
    change: String, rules: [String]
  ) async throws {
    let scene = try await Scene.make()
    try await scene.pool.transaction(tenant: .system) {
      try await $0.execute(
        "UPDATE merchants SET \(unsafeSQL: change) WHERE merchant_id = \(scene.merchant.text)")
    }
    #expect(try await refusals(scene, from: OneAgent.number(for: .service)) == rules)
    await scene.pool.close()
  }

  @Test func `a number that another merchant rents is not its agent's, however it got there`()
    async throws
  {
    let scene = try await Scene.make()
    try await scene.makeAgent(with: "+918047120030", of: scene.merchant)
    // As a database of before this rule may have it.
    try await scene.pool.execute("ALTER TABLE phone_numbers DISABLE TRIGGER USER")
    try await scene.rent("+918047120030", by: scene.rival)
    #expect(try await refusals(scene, from: "+918047120030") == ["CALLER_ID_OWN"])
    await scene.pool.close()
  }

  @Test func `until when a recovery call may last is found again by the call`() async throws {
    let scene = try await Scene.make()
    let ends = try await scene.pool.transaction(tenant: .system) { transaction in
      var ends: [Moment?] = []
      for purpose in [V1.CallPurpose.recovery, .service] {
        let call = CallID()
        #expect(try await admit(scene, purpose, transaction, call).verdict == .allow)
        ends.append(try await scene.gate.latestEnd(of: call, scene.merchant, transaction))
      }
      ends.append(try await scene.gate.latestEnd(of: CallID(), scene.merchant, transaction))
      return ends
    }
    #expect(ends == [scene.clock.now + .seconds(7 * 3_600), nil, nil])
    await scene.pool.close()
  }

  @Test func `a check keeps nothing and a verdict on a call is kept`() async throws {
    let scene = try await Scene.make()
    _ = try await scene.refusals(.service)
    #expect(try await scene.audit().isEmpty)
    let decision = try await scene.pool.transaction(tenant: .system) {
      try await admit(scene, .serviceExplicit, $0)
    }
    #expect(decision.verdict == .block)
    var read = try await scene.service.getDecision(
      .with { $0.decisionId = decision.decisionId }, scene.context())
    #expect(try await scene.audit(subject: read.callId).map(\.kind) == ["call.decision"])
    #expect(read.agentId == scene.agents.id.text && !read.callMade)
    (read.callId, read.agentId) = ("", "")
    #expect(read == decision)
    for (id, caller) in [(decision.decisionId, scene.rival), ("dec_x", scene.merchant)] {
      #expect(
        await Scene.code {
          try await scene.service.getDecision(
            .with { $0.decisionId = id }, scene.context(caller))
        } == .notFound)
    }
    await scene.pool.close()
  }

  @Test func `a check is of the agent, the number and the time it names`() async throws {
    let scene = try await Scene.make()
    scene.agents.purpose.withLock { $0 = .promotional }
    func check(_ change: (inout V1.CheckCallRequest) -> Void) async throws -> V1.Decision {
      var request = V1.CheckCallRequest.with {
        $0.agentId = scene.agents.id.text
        $0.phoneNumber = "+919876500001"
      }
      change(&request)
      return try await scene.service.checkCall(request, scene.context())
    }
    let night = scene.clock.now + .seconds(10 * 3_600)
    let decision = try await check { $0.time = night.timestamp }
    #expect(decision.decisionId.isEmpty && decision.evaluateTime == night.timestamp)
    #expect(decision.nextAllowedTime == (scene.clock.now + .seconds(22 * 3_600)).timestamp)
    #expect(try await check { _ in }.verdict == .allow)
    #expect(await Scene.code { try await check { $0.agentId = AgentID().text } } == .notFound)
    for change: (inout V1.CheckCallRequest) -> Void in [
      { $0.agentId = "agt_1" }, { $0.phoneNumber = "1" },
      { $0.time = (scene.clock.now - .seconds(301)).timestamp },
      { $0.time = Google.Protobuf.Timestamp.with { $0.seconds = .max } },
    ] {
      #expect(await Scene.code { try await check(change) } == .invalidArgument)
    }
    await scene.pool.close()
  }

  @Test func `a withdrawal waits for the verdict before it, and is seen by the one after it`()
    async throws
  {
    let scene = try await Scene.make()
    let made = try await scene.consent("+919876500001", [.serviceExplicit])
    let withdrawal = try await scene.pool.transaction(tenant: .system) { transaction in
      #expect(try await admit(scene, .serviceExplicit, transaction).verdict == .allow)
      let withdrawal = Task { try await scene.withdraw(made.consentId) }
      // Until it stands at the lock that this transaction holds.
      var waits = false
      for _ in 0..<20_000 where !waits {
        waits = try await !transaction.query(
          "SELECT 1 AS one FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        ).isEmpty
      }
      #expect(waits)
      return withdrawal
    }
    _ = try await withdrawal.value
    let after = try await scene.pool.transaction(tenant: .system) {
      try await admit(scene, .serviceExplicit, $0)
    }
    #expect(after.verdict == .block)
    #expect(
      try await scene.audit().map(\.kind)
        == ["consent.created", "call.decision", "consent.withdrawn", "call.decision"])
    await scene.pool.close()
  }
}
