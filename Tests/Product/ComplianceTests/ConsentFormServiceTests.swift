import Domain
import Jobs
import Postgres
import Protobuf
import RPCCore
import Schema
import Testing
import VoiceAPI

@testable internal import Compliance

@Suite struct ConsentFormServiceTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  @Test func `a form is made once, and of its link a hash is kept`() async throws {
    let scene = try await Scene.make()
    let form = try await scene.form(requestID: "r1")
    #expect(try await scene.form(requestID: "r1") == form)
    #expect(ConsentFormID(form.consentFormId) != nil)
    #expect(form.expireTime?.seconds == scene.clock.now.seconds + 7 * 86_400)
    #expect(form.consentLifetime?.seconds == 15_552_000)
    let token = try #require(ConsentToken(ConsentVisitor(scene, form).token))
    let kept = try await scene.pool.transaction(tenant: .system) { transaction in
      let rows = try await transaction.query(
        "SELECT token_hash, f::text AS form FROM consent_forms f")
      let answers = try await transaction.query("SELECT response FROM idempotency_keys")
      return (
        try rows[0].decode("token_hash", as: [UInt8].self),
        try rows[0].decode("form", as: String.self),
        try answers[0].decode("response", as: [UInt8].self)
      )
    }
    #expect(kept.0 == token.hash && !kept.1.contains(token.text))
    #expect(!String(decoding: kept.2, as: UTF8.self).contains(token.text))
    await scene.pool.close()
  }

  @Test func `a number is asked three times a day and not more`() async throws {
    let scene = try await Scene.make()
    for _ in 0..<3 { _ = try await scene.form() }
    #expect(await Scene.code { try await scene.form() } == .resourceExhausted)
    _ = try await scene.form("+919876500002")
    scene.clock.advance(days: 1)
    _ = try await scene.form()
    await scene.pool.close()
  }

  @Test func `nobody is asked within ninety days of opting out or taking consent back`()
    async throws
  {
    let scene = try await Scene.make()
    _ = try await scene.suppress()
    let made = try await scene.consent("+919876500002")
    _ = try await scene.withdraw(made.consentId)
    for number in ["+919876500001", "+919876500002"] {
      let error = await #expect(throws: RPCError.self) { try await scene.form(number) }
      #expect(error?.code == .failedPrecondition)
      let failure = try Google.Rpc.PreconditionFailure(
        serializedBytes: try #require(error?.details.first).value)
      #expect(failure.violations.map(\.type) == ["RECONSENT_COOLING"])
      #expect(failure.violations.map(\.subject) == ["consentForm.phoneNumber"])
    }
    scene.clock.advance(days: 90)
    _ = try await scene.form()
    await scene.pool.close()
  }

  @Test func `others' forms are not found, and a list keeps to its number`() async throws {
    let scene = try await Scene.make()
    let first = try await scene.form()
    let second = try await scene.form("+919876500002")
    for (id, caller) in [
      (first.consentFormId, scene.rival), ("cfm_1", scene.merchant), ("", scene.merchant),
    ] {
      let code = await Scene.code {
        try await scene.service.getConsentForm(
          .with { $0.consentFormId = id }, scene.context(caller))
      }
      #expect(code == .notFound)
    }
    let all = try await scene.service.listConsentForms(
      .with { $0.pageSize = 1 }, scene.context())
    #expect(all.consentForms.map(\.consentFormId) == [second.consentFormId])
    #expect(all.consentForms.map(\.link) == [""])
    let rest = try await scene.service.listConsentForms(
      .with {
        $0.pageSize = 1
        $0.pageToken = all.nextPageToken
      }, scene.context())
    #expect(rest.consentForms.map(\.consentFormId) == [first.consentFormId])
    let own = try await scene.service.listConsentForms(
      .with { $0.phoneNumber = "+919876500001" }, scene.context())
    #expect(own.consentForms.map(\.consentFormId) == [first.consentFormId])
    let none = try await scene.service.listConsentForms(.init(), scene.context(scene.rival))
    #expect(none.consentForms.isEmpty)
    await scene.pool.close()
  }

  @Test(arguments: [
    "UPDATE consent_forms SET answer_time = now(), notice = 'other'",
    "UPDATE consent_forms SET consent_id = NULL", "UPDATE consent_forms SET purposes = '{service}'",
    "DELETE FROM consent_forms",
  ])
  func `the database lets nobody change a form that was answered`(statement: String) async throws {
    let scene = try await Scene.make()
    let form = try await scene.form()
    #expect(try await ConsentVisitor(scene, form).answer("allow", ["service"]) == 303)
    let error = await #expect(throws: PostgresError.self) {
      try await scene.pool.transaction(tenant: .system) {
        try await $0.execute(Query(unsafeSQL: statement))
      }
    }
    #expect(error?.sqlState?.code == "23001")
    await scene.pool.close()
  }

  @Test func `forms without a consent are forgotten a year after their end`() async throws {
    let scene = try await Scene.today()
    let given = try await scene.form()
    #expect(try await ConsentVisitor(scene, given).answer("allow", ["service"]) == 303)
    _ = try await scene.form("+919876500002")
    try await scene.pool.transaction(tenant: .system) {
      try await $0.execute(
        """
        INSERT INTO consent_forms (consent_form_id, merchant_id, phone_number, token_hash, purposes,
          language, offering, contact, consent_days, create_time, expire_time)
        SELECT 'cfm_' || lpad(days::text, 26, '0'), \(scene.merchant.text), '+919876500003',
          sha256(days::text::bytea), '{service}', '', '', '', 1,
          now() - make_interval(days => days + 7), now() - make_interval(days => days)
        FROM unnest(ARRAY[364, 366]) days
        """)
    }
    _ = try await ConsentFormStore.retention.run(scene.pool)
    let left = try await scene.service.listConsentForms(.init(), scene.context()).consentForms
    #expect(left.count == 3 && !left.contains { $0.consentFormId.hasSuffix("0366") })
    await scene.pool.close()
  }

  @Test func `with a form that is forgotten goes what the log has of it`() async throws {
    let scene = try await Scene.today()
    // Two years ago somebody was asked and said nothing.
    scene.clock.advance(days: -730)
    let forgotten = try await scene.form()
    scene.clock.advance(days: 730)
    let open = try await scene.form("+919876500002")
    _ = try await ConsentFormStore.retention.run(scene.pool)
    let entries = try await scene.audit()
    #expect(entries.map(\.subject) == [forgotten.consentFormId, open.consentFormId])
    #expect(entries.map(\.salt.isEmpty) == [true, false])
    #expect(try await AuditInspector(pool: scene.pool).inspectAll() == 0)
    await scene.pool.close()
  }
}

@Suite struct ConsentFormRulesTests {
  typealias V1 = Payaid.Voice.V1

  private static let good = V1.ConsentForm.with {
    $0.phoneNumber = "+919876500001"
    $0.purposes = [.promotional, .service]
  }

  @Test func `purposes come in the order of the page, and what is not said has its default`() throws
  {
    let question = try ConsentFormRules.checked(Self.good)
    #expect(question.purposes == [.service, .promotional])
    #expect(question.language == nil && question.consentDays == 180)
  }

  struct Bad: Sendable {
    let field: String
    let change: @Sendable (inout V1.ConsentForm) -> Void

    init(_ field: String, _ change: @escaping @Sendable (inout V1.ConsentForm) -> Void) {
      self.field = field
      self.change = change
    }
  }

  @Test(arguments: [
    Bad("consentForm.phoneNumber") { $0.phoneNumber = "9876500001" },
    Bad("consentForm.phoneNumber") { $0.phoneNumber = "+911800110000" },
    Bad("consentForm.purposes") { $0.purposes = [] },
    Bad("consentForm.purposes") { $0.purposes = [.service, .service] },
    Bad("consentForm.purposes[0]") { $0.purposes = [.transactional] },
    Bad("consentForm.purposes[1]") { $0.purposes = [.service, .unspecified] },
    Bad("consentForm.language") { $0.language = "ta" },
    Bad("consentForm.language") { $0.language = "EN" },
    Bad("consentForm.offering") { $0.offering = String(repeating: "न", count: 501) },
    Bad("consentForm.contact") { $0.contact = String(repeating: "x", count: 201) },
    Bad("consentForm.consentLifetime") { $0.consentLifetime = .with { $0.seconds = 0 } },
    Bad("consentForm.consentLifetime") { $0.consentLifetime = .with { $0.seconds = 86_401 } },
    Bad("consentForm.consentLifetime") { $0.consentLifetime = .with { $0.seconds = 181 * 86_400 } },
    Bad("consentForm.consentLifetime") { $0.consentLifetime = .with { $0.seconds = .min } },
    Bad("consentForm.consentLifetime") { $0.consentLifetime = .with { $0.seconds = .max } },
    Bad("consentForm.consentLifetime") {
      $0.consentLifetime = .with { ($0.seconds, $0.nanos) = (86_400, 1) }
    },
  ])
  func `a bad form names its field`(_ bad: Bad) throws {
    var form = Self.good
    bad.change(&form)
    let error = #expect(throws: RPCError.self) { try ConsentFormRules.checked(form) }
    let request = try Google.Rpc.BadRequest(
      serializedBytes: try #require(error?.details.first).value)
    #expect(request.fieldViolations.map(\.field) == [bad.field])
  }
}
