import Buffers
import Domain
internal import HTTP
import Postgres
import Protobuf
import RPCCore
internal import Schema
import TLS
import Testing
import VoiceAPI

@testable internal import Compliance

/// Forms from the request to the withdrawal, over a database.
@Suite struct ConsentDeskTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  @Test func `what is ticked becomes a consent with its proof, told once and proved`() async throws
  {
    let scene = try await Scene.make()
    let form = try await scene.form {
      $0.consentLifetime = Duration.seconds(30 * 86_400).protobuf
    }
    #expect(form.state == .pending)
    #expect(form.link.hasPrefix("https://voice.example.in/consent/"))
    let visitor = ConsentVisitor(scene, form)
    let page = await visitor.read()
    #expect(page.status == 200)
    #expect(try await visitor.answer("allow", ["service"]) == 303)
    let consent = try await scene.onlyConsent()
    #expect(consent.basis == .explicit && consent.purposes == [.service])
    #expect(consent.phoneNumber == "+919876500001" && consent.state == .active)
    #expect(consent.grantTime == scene.clock.now.timestamp)
    #expect(consent.expireTime?.seconds == scene.clock.now.seconds + 30 * 86_400)
    #expect(consent.statement.contains("Service calls: ") && !consent.statement.contains("Advert"))
    let read = try await scene.read(form)
    #expect(read.state == .given && read.consentId == consent.consentId && read.link.isEmpty)
    let evidence = try JSONValue(parsing: Array(consent.evidence.utf8))
    #expect(
      evidence["notice_sha256"]?.stringValue == Hex.encode(Digest.sha256(read.notice.utf8)))
    #expect(evidence["consent_form"]?.stringValue == form.consentFormId)
    #expect(evidence["network"]?.stringValue == "203.0.113.0/24")
    #expect(evidence["browser"]?.stringValue == "Mozilla/5.0 (Android 14) Mobile")
    #expect(evidence["language"]?.stringValue == "en")
    #expect(evidence["notice_version"]?.stringValue == ConsentNotice.version)
    #expect(try await scene.events().map(\.type) == ["consent.created"])
    let entries = try await scene.audit()
    #expect(entries.map(\.kind) == ["consent_form.created", "consent.created"])
    let entry = try JSONValue(parsing: entries[1].entry)
    #expect(entry["actor"]?.stringValue == form.consentFormId)
    for entry in entries {
      #expect(!String(decoding: entry.payload, as: UTF8.self).contains("9876500001"))
    }
    await scene.pool.close()
  }

  @Test func `a given consent opens the gate, and the same link closes it in one step`()
    async throws
  {
    let scene = try await Scene.make()
    let form = try await scene.form("+919876500001", [.serviceExplicit])
    #expect(try await scene.refusals(.serviceExplicit).contains("CONSENT"))
    let visitor = ConsentVisitor(scene, form)
    #expect(try await visitor.answer("allow", ["service_explicit"]) == 303)
    #expect(try await !scene.refusals(.serviceExplicit).contains("CONSENT"))
    scene.clock.advance(days: 100)
    let page = await visitor.read()
    #expect(page.status == 200 && page.page.contains("value=\"withdraw\""))
    #expect(!page.page.contains("type=\"checkbox\""))
    #expect(try await visitor.answer("withdraw") == 303)
    #expect(try await scene.refusals(.serviceExplicit).contains("CONSENT"))
    #expect(try await scene.read(form).state == .withdrawn)
    let after = await visitor.read()
    #expect(after.status == 200 && !after.page.contains("<form"))
    #expect(try await scene.events().map(\.type) == ["consent.created", "consent.withdrawn"])
    // Once more changes nothing.
    #expect(await visitor.post("answer=withdraw&language=en") == 303)
    #expect(try await scene.events().count == 2)
    await scene.pool.close()
  }

  @Test func `a refusal is final, makes no consent and is in the audit log`() async throws {
    let scene = try await Scene.make()
    let form = try await scene.form()
    let visitor = ConsentVisitor(scene, form)
    let page = await visitor.read().page
    #expect(try await visitor.answer("refuse", ["service"]) == 303)
    #expect(try await scene.read(form).state == .refused)
    #expect(await visitor.post(try ConsentVisitor.fields(of: page, "allow", ["service"])) == 303)
    #expect(try await scene.service.listConsents(.init(), scene.context()).consents.isEmpty)
    #expect(try await scene.read(form).state == .refused)
    #expect(
      try await scene.audit().map(\.kind) == ["consent_form.created", "consent_form.refused"])
    #expect(try await scene.events().isEmpty)
    let shown = await visitor.read()
    #expect(shown.status == 200 && !shown.page.contains("<form"))
    scene.clock.advance(days: 7)
    #expect(await visitor.read().status == 404)
    await scene.pool.close()
  }

  @Test func `answers at a time make one consent`() async throws {
    let scene = try await Scene.make()
    let visitor = ConsentVisitor(scene, try await scene.form())
    let body = try ConsentVisitor.fields(of: await visitor.read().page, "allow", ["service"])
    let statuses = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 { group.addTask { await visitor.post(body) } }
      return await group.reduce(into: Set<Int>()) { $0.insert($1) }
    }
    #expect(statuses == [303])
    _ = try await scene.onlyConsent()
    #expect(try await scene.events().count == 1)
    await scene.pool.close()
  }

  @Test func `links that lead to no form have one page, whatever is asked of them`() async throws {
    let scene = try await Scene.make()
    let lapsed = try await scene.form()
    scene.clock.advance(days: 7)
    let short = try await scene.form("+919876500002") {
      $0.consentLifetime = Duration.seconds(86_400).protobuf
    }
    #expect(try await ConsentVisitor(scene, short).answer("allow", ["service"]) == 303)
    scene.clock.advance(days: 1)
    #expect(try await scene.read(lapsed).state == .expired)
    #expect(try await scene.read(short).state == .expired)
    var unknown = ConsentVisitor(scene, lapsed)
    unknown.token = ConsentToken().text
    var replies: Set<[UInt8]> = []
    for visitor in [ConsentVisitor(scene, lapsed), ConsentVisitor(scene, short), unknown] {
      for (isAnswer, body) in [(false, ""), (true, ""), (true, "answer=allow&purpose=service")] {
        let reply = await visitor.send(isAnswer: isAnswer, body)
        #expect(reply.status == .notFound)
        replies.insert(reply.body)
      }
    }
    #expect(replies.count == 1)
    await scene.pool.close()
  }

  @Test(arguments: ["", "..", "x", String(repeating: "A", count: 42) + "\u{0}", "é"])
  func `a token of another form leads to the same page without a look-up`(
    token: String
  ) async throws {
    let scene = try await Scene.make()
    var visitor = ConsentVisitor(scene, .init())
    visitor.token = token
    await scene.pool.close()
    #expect(await visitor.read().status == 404)
  }

  @Test func `a database that is away is told in a page, and nothing is said of it`() async throws {
    let scene = try await Scene.make()
    let visitor = ConsentVisitor(scene, try await scene.form())
    await scene.pool.close()
    let page = await visitor.read()
    #expect(page.status == 503 && page.page.contains("Something went wrong"))
  }

  @Test func `a merchant that may not call may not ask, but lets go of what it has`() async throws {
    let scene = try await Scene.make()
    let given = ConsentVisitor(scene, try await scene.form())
    #expect(try await given.answer("allow", ["promotional"]) == 303)
    let pending = ConsentVisitor(scene, try await scene.form("+919876500002"))
    try await scene.pool.transaction(tenant: .system) {
      try await $0.execute("UPDATE merchants SET state = 'suspended'")
    }
    #expect(await pending.read().status == 404)
    #expect(await pending.post("answer=refuse&language=en") == 404)
    #expect(try await given.answer("withdraw") == 303)
    #expect(try await scene.onlyConsent().state == .withdrawn)
    await scene.pool.close()
  }

  @Test func `a page whose text changed meanwhile is shown again before it counts`() async throws {
    let scene = try await Scene.make()
    let visitor = ConsentVisitor(scene, try await scene.form())
    let body = try ConsentVisitor.fields(of: await visitor.read().page, "allow", ["service"])
    try await scene.pool.transaction(tenant: .merchant(scene.merchant.text)) {
      try await $0.execute(
        """
        UPDATE merchants SET kyc = '{"legalName": "<script>alert(1)</script> & Söhne Ltd"}'
        WHERE merchant_id = \(scene.merchant.text)
        """)
    }
    let reply = await visitor.send(isAnswer: true, body)
    let page = String(decoding: reply.body, as: UTF8.self)
    #expect(reply.status == .conflict && page.contains("has changed"))
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; Söhne Ltd"))
    #expect(!page.contains("<script"))
    #expect(try await scene.service.listConsents(.init(), scene.context()).consents.isEmpty)
    #expect(await visitor.post(try ConsentVisitor.fields(of: page, "allow", ["service"])) == 303)
    await scene.pool.close()
  }

  @Test func `nothing ticked is no consent, and the page says so`() async throws {
    let scene = try await Scene.make()
    let form = try await scene.form { $0.language = "hi" }
    let visitor = ConsentVisitor(scene, form)
    let body = try ConsentVisitor.fields(of: await visitor.read().page, "allow")
    let reply = await visitor.send(isAnswer: true, body)
    let page = String(decoding: reply.body, as: UTF8.self)
    #expect(reply.status == .unprocessableContent)
    #expect(page.contains("role=\"alert\"") && page.contains("lang=\"hi\""))
    #expect(try await scene.read(form).state == .pending)
    await scene.pool.close()
  }

  @Test func `who opted out after being asked is not taken at their tick for ninety days`()
    async throws
  {
    let scene = try await Scene.make()
    let form = try await scene.form()
    let visitor = ConsentVisitor(scene, form)
    _ = try await scene.suppress()
    #expect(try await visitor.answer("allow", ["service"]) == 409)
    #expect(try await scene.read(form).state == .pending)
    #expect(try await visitor.answer("refuse") == 303)
    await scene.pool.close()
  }

  @Test func `the answer is to the language that was read`() async throws {
    let scene = try await Scene.make()
    let form = try await scene.form { $0.offering = "चाय और कॉफ़ी" }
    var visitor = ConsentVisitor(scene, form)
    visitor.headers.add("accept-language", "ta;q=0.9, hi-IN, en;q=0.8")
    let page = await visitor.read().page
    #expect(page.contains("<html lang=\"hi\">") && page.contains("चाय और कॉफ़ी"))
    visitor.language = "en"
    let english = await visitor.read().page
    #expect(english.contains("<html lang=\"en\">"))
    #expect(await visitor.post(try ConsentVisitor.fields(of: page, "allow", ["service"])) == 303)
    let consent = try await scene.onlyConsent()
    let evidence = try JSONValue(parsing: Array(consent.evidence.utf8))
    #expect(evidence["language"]?.stringValue == "hi")
    #expect(try await scene.read(form).notice.contains("आपका निजी डेटा"))
    await scene.pool.close()
  }
}
