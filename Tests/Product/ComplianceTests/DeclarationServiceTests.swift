import Buffers
import Compliance
import Domain
import Postgres
import Protobuf
import RPCCore
import Schema
import Testing
import VoiceAPI

/// Declarations of what machines call from, as merchants make, read and remove them.
@Suite struct DeclarationServiceTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  private func list(_ scene: Scene, of caller: MerchantID? = nil) async throws -> [String] {
    var (found, token) = ([V1.A2pDeclaration](), "")
    repeat {
      let page = try await scene.service.listA2pDeclarations(
        .with {
          $0.pageSize = 2
          $0.pageToken = token
        }, scene.context(caller))
      #expect(page.declarations.count <= 2)
      found += page.declarations
      token = page.nextPageToken
    } while !token.isEmpty
    return found.map(\.firstNumber)
  }

  private func delete(
    _ scene: Scene, _ id: String, requestID: String = "", by caller: MerchantID? = nil
  ) async throws {
    _ = try await scene.service.deleteA2pDeclaration(
      .with {
        $0.declarationId = id
        $0.requestId = requestID
      }, scene.context(caller))
  }

  /// The rules that speak against a service call from `number`.
  private func refusals(_ scene: Scene, from number: String) async throws -> [String] {
    try await scene.rent(number, by: scene.merchant)
    let question = AdmissionRequest(
      merchant: scene.merchant, call: CallID(),
      agent: .with {
        $0.agentId = scene.agents.id.text
        $0.purpose = .service
        $0.state = .active
      }, callee: try #require(PhoneNumber("+919876500001")), callerID: PhoneNumber(number))
    return try await scene.pool.transaction(tenant: .system) {
      try await scene.gate.decide(
        question, doNotDisturb: DoNotDisturbAnswer(.notAsked, at: scene.clock.now), $0)
    }.results.filter { $0.outcome == .fail }.map(\.rule)
  }

  @Test func `calls go out from the numbers of a range, its ends included`() async throws {
    let scene = try await Scene.make()
    try await scene.declare("+912248000010", to: "+912248000019")
    try await scene.declare("+912248000021")
    try await scene.declare("+912248000030", to: "+912248000039", by: scene.rival)
    try await scene.declare("+912248000040") { $0.endTime = scene.clock.now.timestamp }
    for (number, rules) in [
      ("+912248000009", ["A2P_DECLARED"]), ("+912248000010", []), ("+912248000019", []),
      ("+912248000020", ["A2P_DECLARED"]), ("+912248000021", []),
      ("+912248000035", ["A2P_DECLARED"]), ("+912248000040", ["A2P_DECLARED"]),
    ] {
      #expect(try await refusals(scene, from: number) == rules, "\(number)")
    }
    await scene.pool.close()
  }

  @Test func `a declaration is removed once, by its merchant, and the log tells both`()
    async throws
  {
    let scene = try await Scene.make()
    let made = try await scene.declare("+912248000010", requestID: "r1")
    #expect(made.lastNumber == made.firstNumber && made.endTime == nil)
    #expect(made.createTime == scene.clock.now.timestamp)
    #expect(try await scene.declare("+912248000010", requestID: "r1") == made)
    #expect(try await list(scene) == ["+912248000010", "+911400120000", "+918047000000"])
    #expect(try await list(scene, of: scene.rival).count == 2)
    for (id, caller) in [(made.declarationId, scene.rival), ("a2p_1", scene.merchant)] {
      #expect(await Scene.code { try await delete(scene, id, by: caller) } == .notFound)
    }
    for _ in 0..<2 { try await delete(scene, made.declarationId, requestID: "r2") }
    #expect(await Scene.code { try await delete(scene, made.declarationId) } == .notFound)
    #expect(try await refusals(scene, from: "+912248000010") == ["A2P_DECLARED"])
    let entries = try await scene.audit(subject: made.declarationId)
    #expect(entries.map(\.kind) == ["a2p.declared", "a2p.deleted"])
    for entry in entries {
      let payload = try JSONValue(parsing: entry.payload)
      #expect(payload["declaration"] == .string(made.declarationId))
      #expect(!String(decoding: entry.payload, as: UTF8.self).contains("2248000010"))
    }
    await scene.pool.close()
  }

  @Test func `a declaration is not changed behind the log's back`() async throws {
    let scene = try await Scene.make()
    await #expect(throws: PostgresError.self) {
      try await scene.pool.transaction(tenant: .system) {
        try await $0.execute("UPDATE a2p_declarations SET last_number = '+919999999999'")
      }
    }
    await scene.pool.close()
  }

  @Test func `every field that breaks a rule is named`() async throws {
    let scene = try await Scene.make()
    let cases: [((inout V1.A2pDeclaration) -> Void, String)] = [
      ({ $0.firstNumber = "2248000010" }, "declaration.firstNumber"),
      ({ $0.lastNumber = "+9122" }, "declaration.lastNumber"),
      ({ $0.lastNumber = "+912248000009" }, "declaration.lastNumber"),
      ({ $0.lastNumber = "+912249000010" }, "declaration.lastNumber"),
      ({ $0.acknowledgement = "" }, "declaration.acknowledgement"),
      ({ $0.acknowledgement = String(repeating: "a", count: 201) }, "declaration.acknowledgement"),
      ({ $0.startTime = .with { $0.seconds = .max } }, "declaration.startTime"),
      ({ $0.endTime = .with { $0.nanos = -1 } }, "declaration.endTime"),
      ({ $0.endTime = $0.startTime }, "declaration.endTime"),
    ]
    for (change, field) in cases {
      let error = await #expect(throws: RPCError.self) {
        try await scene.declare("+912248000010", change)
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.hasPrefix(field + ": ") == true, "\(error?.message ?? "")")
    }
    _ = try await scene.declare("+912248000010") { $0.lastNumber = "+912249000009" }
    await scene.pool.close()
  }
}
