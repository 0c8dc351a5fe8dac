import Buffers
import Compliance
import Domain
import Postgres
import Protobuf
import RPCCore
import Schema
import Synchronization
import Testing
import VoiceAPI

/// Call templates, as merchants register and remove them and the operator decides on them.
@Suite struct CallTemplateServiceTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  private static func draft(_ change: (inout V1.CallTemplate) -> Void = { _ in }) -> V1.CallTemplate
  {
    var template = V1.CallTemplate.with {
      $0.dltTemplateId = "1107000000000000004"
      $0.callClass = .promotional
      $0.sector = .other
      $0.language = "en"
      $0.content = "Hello {#var#}, we have a sale."
      $0.headers = ["+911400120000"]
    }
    change(&template)
    return template
  }

  private func register(
    _ scene: Scene, by caller: MerchantID? = nil, requestID: String = "",
    _ change: (inout V1.CallTemplate) -> Void = { _ in }
  ) async throws -> V1.CallTemplate {
    try await scene.service.createCallTemplate(
      .with {
        $0.template = Self.draft(change)
        $0.requestId = requestID
      }, scene.context(caller))
  }

  private func get(
    _ id: String, _ scene: Scene, by caller: MerchantID? = nil
  ) async throws -> V1.CallTemplate {
    try await scene.service.getCallTemplate(.with { $0.templateId = id }, scene.context(caller))
  }

  private func delete(
    _ id: String, _ scene: Scene, by caller: MerchantID? = nil
  ) async throws {
    _ = try await scene.service.deleteCallTemplate(
      .with { $0.templateId = id }, scene.context(caller))
  }

  private func list(_ scene: Scene, by caller: MerchantID? = nil) async throws -> [String] {
    var (found, token) = ([String](), "")
    repeat {
      let page = try await scene.service.listCallTemplates(
        .with {
          $0.pageSize = 1
          $0.pageToken = token
        }, scene.context(caller))
      found += page.templates.map(\.templateId)
      token = page.nextPageToken
    } while !token.isEmpty
    return found
  }

  private func review(
    _ outcome: OperatorDecision.Verdict, _ id: String, by reviewer: String = "op@example.in",
    _ scene: Scene
  ) async throws -> OnCallTemplateReview {
    let id = try #require(CallTemplateID(id))
    return try await scene.pool.transaction(tenant: .system) {
      try await CallTemplateStore.decide(
        CallTemplateReview(outcome, OperatorDecision(by: reviewer, reason: "seen")), on: id, $0)
    }
  }

  @Test func `a template is approved, suspended and approved again, and the gate follows`()
    async throws
  {
    let scene = try await Scene.make()
    scene.agents.template.withLock { $0 = "" }
    #expect(try await scene.refusals(.promotional) == ["TEMPLATE_APPROVED"])
    let made = try await register(scene)
    #expect(made.state == .submitted && made.expireTime == nil)
    scene.agents.template.withLock { $0 = made.templateId }
    #expect(try await scene.refusals(.promotional) == ["TEMPLATE_APPROVED"])
    #expect(try await review(.rejected, CallTemplateID().text, scene) == .noSuchTemplate)
    #expect(
      try await review(.rejected, made.templateId, by: "A@example.in", scene)
        == .reviewerIsTheMerchants)
    let year = OperatorDecision.Verdict.approved(for: .seconds(365 * 86_400))
    #expect(try await review(year, made.templateId, scene) == .decided(scene.merchant))
    #expect(try await get(made.templateId, scene).state == .approved)
    #expect(try await scene.refusals(.promotional) == [])
    #expect(try await review(.suspended, made.templateId, scene) == .decided(scene.merchant))
    #expect(try await review(.rejected, made.templateId, scene) == .stands(.suspended))
    #expect(try await get(made.templateId, scene).reviewReason == "seen")
    #expect(try await scene.refusals(.promotional) == ["TEMPLATE_APPROVED"])
    #expect(try await review(year, made.templateId, scene) == .decided(scene.merchant))
    #expect(try await scene.refusals(.promotional) == [])
    try await delete(made.templateId, scene)
    #expect(try await scene.refusals(.promotional) == ["TEMPLATE_APPROVED"])
    #expect(try await review(year, made.templateId, scene) == .noSuchTemplate)
    _ = try await AuditClerk(pool: scene.pool).settle(scene.merchant)
    let entries = try await scene.audit(subject: made.templateId)
    #expect(
      entries.map(\.kind) == [
        "template.registered", "template.deleted", "template.reviewed", "template.reviewed",
        "template.reviewed",
      ])
    let told = try JSONValue(parsing: Array(entries[2].payload))
    #expect(told["outcome"]?.stringValue == "approved")
    #expect(told["reviewer"]?.stringValue == "op@example.in")
    for entry in entries {
      #expect(!String(decoding: entry.payload, as: UTF8.self).contains("sale"))
    }
    await scene.pool.close()
  }

  @Test func `a template is its merchant's, once, and goes once`() async throws {
    let scene = try await Scene.make()
    let made = try await register(scene, requestID: "r1")
    #expect(try await register(scene, requestID: "r1") == made)
    #expect(await Scene.code { try await register(scene) } == .alreadyExists)
    let other = try await register(scene, by: scene.rival)
    #expect(try await list(scene) == [made.templateId, OneAgent.template.text])
    #expect(try await list(scene, by: scene.rival) == [other.templateId])
    #expect(await Scene.code { try await get(other.templateId, scene) } == .notFound)
    #expect(await Scene.code { try await delete(other.templateId, scene) } == .notFound)
    #expect(await Scene.code { try await get("x", scene) } == .notFound)
    try await delete(made.templateId, scene)
    #expect(await Scene.code { try await delete(made.templateId, scene) } == .notFound)
    #expect(await Scene.code { try await get(made.templateId, scene) } == .notFound)
    // Its id on the DLT platforms is free again.
    #expect(try await register(scene).templateId != made.templateId)
    // Another merchant's template counts for nobody else's agent.
    _ = try await review(.approved(for: .seconds(86_400)), other.templateId, scene)
    scene.agents.template.withLock { $0 = other.templateId }
    #expect(try await scene.refusals(.promotional) == ["TEMPLATE_APPROVED"])
    await scene.pool.close()
  }

  @Test func `what is wrong with a template is said by field`() async throws {
    let scene = try await Scene.make()
    for (field, change) in [
      ("dltTemplateId", { $0.dltTemplateId = "11070000000000000O4" }),
      ("callClass", { $0.callClass = .unspecified }),
      ("callClass", { $0.callClass = .unrecognized(9) }),
      ("sector", { $0.sector = .unspecified }), ("language", { $0.language = "ta" }),
      ("content", { $0.content = "" }),
      ("content", { $0.content = String(repeating: "क", count: 4_001) }),
      ("headers", { $0.headers = [] }), ("headers[0]", { $0.headers = ["1400120000"] }),
      ("headers", { $0.headers = Array(repeating: "+911400120000", count: 2) }),
      ("headers", { $0.headers = Array(repeating: "+911400120000", count: 101) }),
    ] as [(String, (inout V1.CallTemplate) -> Void)] {
      do {
        _ = try await register(scene, change)
        Issue.record("\(field) was taken")
      } catch let error as RPCError {
        #expect(error.code == .invalidArgument && error.message.contains("template.\(field)"))
      }
    }
    let made = try await register(scene) {
      $0.content = String(repeating: "क", count: 4_000)
      $0.templateId = "mine"
      $0.state = .approved
      $0.reviewReason = "by me"
    }
    #expect(made.state == .submitted && made.reviewReason.isEmpty && made.templateId != "mine")
    await scene.pool.close()
  }

  @Test(arguments: [
    "UPDATE call_templates SET template = '{}'", "DELETE FROM call_templates",
    "UPDATE call_template_reviews SET reason = 'x'", "DELETE FROM call_template_reviews",
  ])
  func `nothing of a template changes behind our back`(change: String) async throws {
    let scene = try await Scene.make()
    await #expect(throws: PostgresError.self) {
      try await scene.pool.transaction(tenant: .system) {
        try await $0.execute(Query(unsafeSQL: change))
      }
    }
    await scene.pool.close()
  }
}
