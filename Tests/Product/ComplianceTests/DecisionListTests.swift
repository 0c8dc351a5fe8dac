import Compliance
import Domain
import Postgres
import Protobuf
import RPCCore
import Testing
import VoiceAPI

@Suite struct DecisionListTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  private static let number = "+919876500001"

  /// A verdict on a call to `number`, which is made only where the call is.
  private func decide(
    _ scene: Scene, on call: CallID = CallID(), to number: String = number,
    by merchant: MerchantID? = nil
  ) async throws -> V1.Decision {
    let merchant = merchant ?? scene.merchant
    // Of one millisecond no verdict is the newer one.
    scene.clock.advance(seconds: 1)
    return try await scene.pool.transaction(tenant: .system) { transaction in
      let agent = try #require(
        try await scene.agents.agent(scene.agents.id, .published, transaction))
      return try await scene.gate.decide(
        AdmissionRequest(
          merchant: merchant, call: call, agent: agent, callee: try #require(PhoneNumber(number)),
          callerID: PhoneNumber(agent.phoneNumber)),
        doNotDisturb: DoNotDisturbAnswer(.clear, at: scene.clock.now), transaction)
    }
  }

  private func make(_ call: CallID, to number: String, _ scene: Scene) async throws {
    try await scene.pool.transaction(tenant: .system) {
      try await $0.execute(
        """
        WITH agent AS (
          INSERT INTO agents (agent_id, merchant_id, name, language, voice_id, system_prompt, state,
            config)
          VALUES (\(scene.agents.id.text), \(scene.merchant.text), 'A', 'hi', 'v', 'p', 'active',
            '{}')
          ON CONFLICT DO NOTHING)
        INSERT INTO calls (call_id, merchant_id, agent_id, direction, phone_number, language, state)
        VALUES (\(call.text), \(scene.merchant.text), \(scene.agents.id.text), 'outbound', \(number),
          'hi', 'queued')
        """)
    }
  }

  private func list(
    _ scene: Scene, _ change: (inout V1.ListDecisionsRequest) -> Void = { _ in }
  ) async throws -> [V1.Decision] {
    try await scene.service.listDecisions(.with(change), scene.context()).decisions
  }

  @Test func `verdicts are listed with their calls, the newest first`() async throws {
    let scene = try await Scene.make()
    let call = CallID()
    let allowed = try await decide(scene, on: call)
    try await make(call, to: Self.number, scene)
    _ = try await scene.suppress()
    scene.clock.advance(seconds: 60)
    let atDialing = try await decide(scene, on: call)
    let refused = try await decide(scene)
    _ = try await decide(scene, by: scene.rival)
    let listed = try await list(scene)
    #expect(
      listed.map(\.decisionId) == [refused, atDialing, allowed].map(\.decisionId))
    #expect(listed.map(\.verdict) == [.block, .block, .allow])
    #expect(listed.map(\.callMade) == [false, true, true])
    // Of a call that was never made no number is kept.
    #expect(listed.map(\.phoneNumber) == ["", Self.number, Self.number])
    #expect(listed.allSatisfy { $0.agentId == scene.agents.id.text && !$0.results.isEmpty })
    #expect(listed[1].callId == call.text && listed[0].callId != call.text)
    await scene.pool.close()
  }

  @Test func `a list is of the verdict, the call, the number and the time that it names`()
    async throws
  {
    let scene = try await Scene.make()
    let (first, second) = (CallID(), CallID())
    let one = try await decide(scene, on: first)
    try await make(first, to: Self.number, scene)
    scene.clock.advance(days: 1)
    let noon = scene.clock.now.timestamp
    let two = try await decide(scene, on: second, to: "+919876500002")
    try await make(second, to: "+919876500002", scene)
    _ = try await scene.suppress()
    let refused = try await decide(scene)
    for (wanted, found) in [
      (V1.ListDecisionsRequest.with { $0.verdict = .block }, [refused]),
      (.with { $0.verdict = .allow }, [two, one]),
      (.with { $0.callId = first.text }, [one]),
      (.with { $0.callId = "call_x" }, []),
      (.with { $0.phoneNumber = "+919876500002" }, [two]),
      (.with { $0.startTime = noon }, [refused, two]),
      (.with { $0.endTime = noon }, [one]),
      (
        .with {
          $0.startTime = noon
          $0.verdict = .allow
        }, [two]
      ),
    ] {
      let listed = try await list(scene) { $0 = wanted }
      #expect(listed.map(\.decisionId) == found.map(\.decisionId), "\(wanted)")
    }
    #expect(
      await Scene.code { try await list(scene) { $0.phoneNumber = "12" } } == .invalidArgument)
    await scene.pool.close()
  }

  @Test func `a page leads to the next one of the same list`() async throws {
    let scene = try await Scene.make()
    var made: [String] = []
    for _ in 0..<5 { made.append(try await decide(scene).decisionId) }
    var (found, token) = ([String](), "")
    repeat {
      let page = try await scene.service.listDecisions(
        .with {
          $0.pageSize = 2
          $0.pageToken = token
          $0.verdict = .allow
        }, scene.context())
      found += page.decisions.map(\.decisionId)
      token = page.nextPageToken
      if !token.isEmpty {
        #expect(
          await Scene.code { try await list(scene) { $0.pageToken = token } } == .invalidArgument)
      }
    } while !token.isEmpty
    #expect(found == made.reversed())
    await scene.pool.close()
  }

  @Test func `verdicts of a time are found by their ids, whose clock may be another`() async throws
  {
    let scene = try await Scene.make()
    let made = try await decide(scene)
    for (seconds, found) in [(Int64(-50), 1), (50, 1), (-7_200, 0), (7_200, 0)] {
      try await scene.pool.transaction(tenant: .system) {
        try await $0.execute(
          "UPDATE decisions SET evaluate_time = \(scene.clock.now + .seconds(seconds))")
      }
      let listed = try await list(scene) {
        $0.startTime = (scene.clock.now + .seconds(seconds - 60)).timestamp
        $0.endTime = (scene.clock.now + .seconds(seconds + 60)).timestamp
      }
      #expect(listed.map(\.decisionId) == (found == 1 ? [made.decisionId] : []), "\(seconds)")
    }
    await scene.pool.close()
  }

  @Test func `a verdict of a server before names no agent`() async throws {
    let scene = try await Scene.make()
    let made = try await decide(scene)
    try await scene.pool.transaction(tenant: .system) {
      try await $0.execute("UPDATE decisions SET agent_id = NULL")
    }
    let listed = try await list(scene)
    #expect(listed.map(\.decisionId) == [made.decisionId] && listed[0].agentId.isEmpty)
    await scene.pool.close()
  }

  @Test func `a list of suppressions is of the number it names`() async throws {
    let scene = try await Scene.make()
    _ = try await scene.suppress("+919876500001")
    let other = try await scene.suppress("+919876500002")
    let listed = try await scene.service.listSuppressions(
      .with { $0.phoneNumber = "+919876500002" }, scene.context())
    #expect(listed.suppressions == [other])
    #expect(
      await Scene.code {
        try await scene.service.listSuppressions(.with { $0.phoneNumber = "1" }, scene.context())
      } == .invalidArgument)
    await scene.pool.close()
  }

  @Test(arguments: [("", false), ("index", false), ("index asc", false), ("index desc", true)])
  func `an audit log is read from either end`(order: String, isReversed: Bool) async throws {
    let scene = try await Scene.make()
    for last in 1...5 { _ = try await scene.suppress("+91987650000\(last)") }
    var (found, token) = ([Int64](), "")
    repeat {
      let page = try await scene.service.listAuditEntries(
        .with {
          $0.pageSize = 2
          $0.pageToken = token
          $0.orderBy = order
        }, scene.context())
      found += page.entries.map(\.index)
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(found == (isReversed ? [4, 3, 2, 1, 0] : [0, 1, 2, 3, 4]))
    #expect(
      await Scene.code {
        try await scene.service.listAuditEntries(.with { $0.orderBy = "time" }, scene.context())
      } == .invalidArgument)
    await scene.pool.close()
  }
}
