import Buffers
import Compliance
import Domain
import Postgres
import Protobuf
import RPCCore
import Schema
import TLS
import Testing
import TransparencyLog
import VoiceAPI

@Suite struct ConsentServiceTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  @Test func `a consent is recorded once, told once and proved`() async throws {
    let scene = try await Scene.make()
    let made = try await scene.consent(requestID: "r1")
    #expect(made.state == .active)
    #expect(ConsentID(made.consentId) != nil)
    #expect(made.expireTime?.seconds == (made.grantTime?.seconds ?? 0) + 180 * 86_400)
    #expect(try await scene.consent(requestID: "r1") == made)
    let read = try await scene.service.getConsent(
      .with { $0.consentId = made.consentId }, scene.context())
    #expect(read == made)
    let events = try await scene.events()
    #expect(events.map(\.type) == ["consent.created"])
    #expect(events[0].data["consent_id"]?.stringValue == made.consentId)
    #expect(events[0].data["state"]?.stringValue == "active")
    let entries = try await scene.audit()
    #expect(entries.map(\.kind) == ["consent.created"])
    #expect(entries[0].leafHash == MerkleHash.leaf(entries[0].entry).bytes)
    for text in [
      events[0].data.serializedString, String(decoding: entries[0].payload, as: UTF8.self),
    ] {
      #expect(!text.contains("9876500001") && !text.contains("Ravi") && !text.contains("recording"))
    }
    await scene.pool.close()
  }

  @Test func `the digests of an entry are those of what was recorded, under its salt`() async throws
  {
    let scene = try await Scene.make()
    let made = try await scene.consent()
    let salt = try await scene.pool.transaction(tenant: .merchant(scene.merchant.text)) {
      try await $0.query("SELECT salt FROM consents")[0].decode("salt", as: [UInt8].self)
    }
    let entry = try JSONValue(parsing: try await scene.audit()[0].payload)
    let digest = StoredDigest(salt: salt)
    #expect(entry["phone_number"]?.stringValue == digest.of(made.phoneNumber))
    #expect(entry["statement"]?.stringValue == digest.of(made.statement))
    #expect(entry["evidence"]?.stringValue == digest.of(made.evidence))
    await scene.pool.close()
  }

  @Test func `another request under the same id is refused`() async throws {
    let scene = try await Scene.make()
    _ = try await scene.consent(requestID: "r1")
    #expect(
      await Scene.code { try await scene.consent("+919876500002", requestID: "r1") }
        == .alreadyExists)
    #expect(try await scene.events().count == 1)
    await scene.pool.close()
  }

  @Test func `withdrawing twice is one withdrawal`() async throws {
    let scene = try await Scene.make()
    let made = try await scene.consent()
    scene.clock.advance(days: 1)
    let withdrawn = try await scene.withdraw(made.consentId, requestID: "w")
    #expect(withdrawn.state == .withdrawn)
    #expect(withdrawn.withdrawTime == scene.clock.now.timestamp)
    scene.clock.advance(days: 1)
    #expect(try await scene.withdraw(made.consentId, requestID: "w") == withdrawn)
    #expect(try await scene.withdraw(made.consentId) == withdrawn)
    let events = try await scene.events()
    #expect(events.map(\.type) == ["consent.created", "consent.withdrawn"])
    #expect(events[1].data["state"]?.stringValue == "withdrawn")
    #expect(try await scene.audit().map(\.kind) == ["consent.created", "consent.withdrawn"])
    await scene.pool.close()
  }

  @Test func `withdrawals of one consent at a time make one event`() async throws {
    let scene = try await Scene.make()
    let made = try await scene.consent()
    let answers = try await withThrowingTaskGroup(of: V1.Consent.self) { group in
      for _ in 0..<8 { group.addTask { try await scene.withdraw(made.consentId) } }
      return try await group.reduce(into: [V1.Consent]()) { $0.append($1) }
    }
    #expect(Set(answers.map { $0.withdrawTime?.seconds }).count == 1)
    #expect(try await scene.events().count == 2)
    await scene.pool.close()
  }

  @Test func `others' consents are not found, nor are ids that are none`() async throws {
    let scene = try await Scene.make()
    let made = try await scene.consent()
    for (id, caller) in [
      (made.consentId, scene.rival), ("", scene.merchant), ("con_1", scene.merchant),
      (ConsentID().text, scene.merchant), ("con_'; DROP TABLE consents", scene.merchant),
    ] {
      let context = scene.context(caller)
      let get = await Scene.code {
        try await scene.service.getConsent(.with { $0.consentId = id }, context)
      }
      let withdraw = await Scene.code {
        try await scene.service.withdrawConsent(.with { $0.consentId = id }, context)
      }
      #expect(get == .notFound && withdraw == .notFound)
    }
    let seen = try await scene.service.listConsents(.init(), scene.context(scene.rival))
    #expect(seen.consents.isEmpty)
    await scene.pool.close()
  }

  @Test func `pages follow each other, newest first, and keep to their number`() async throws {
    let scene = try await Scene.make()
    var made: [String] = []
    for index in 0..<5 {
      made.append(try await scene.consent("+91987650000\(index % 2)").consentId)
    }
    for (number, expected) in [("", made), ("+919876500001", [made[1], made[3]])] {
      var found: [String] = []
      var request = V1.ListConsentsRequest.with {
        $0.pageSize = 1
        $0.phoneNumber = number
      }
      repeat {
        let page = try await scene.service.listConsents(request, scene.context())
        found += page.consents.map(\.consentId)
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      #expect(found.sorted() == expected.sorted() && found == found.sorted(by: >))
    }
    await scene.pool.close()
  }

  @Test func `a number has at most five hundred consents`() async throws {
    let scene = try await Scene.make()
    try await scene.pool.transaction(tenant: .system) { transaction in
      try await transaction.execute(
        """
        INSERT INTO consents (consent_id, merchant_id, phone_number, basis, purposes, grant_time,
          create_time, salt)
        SELECT 'con_' || lpad(n::text, 26, '0'), \(scene.merchant.text), '+919876500001', 'enquiry',
          '{service}', now(), now(), substr(sha256('x'), 1, 16) FROM generate_series(1, 500) n
        """)
    }
    #expect(await Scene.code { try await scene.consent() } == .resourceExhausted)
    #expect(await Scene.code { try await scene.consent("+919876500002") } == nil)
    await scene.pool.close()
  }

  @Test(arguments: [
    "UPDATE consents SET withdraw_time = NULL", "UPDATE consents SET withdraw_time = now()",
    "UPDATE consents SET purposes = '{promotional}'", "DELETE FROM consents",
    "UPDATE consents SET grant_time = grant_time - interval '1 day'",
    "UPDATE consents SET withdraw_time = now(), statement = ''",
  ])
  func `the database keeps a withdrawn consent as it is`(statement: String) async throws {
    let scene = try await Scene.make()
    let made = try await scene.consent()
    _ = try await scene.withdraw(made.consentId)
    await #expect(throws: PostgresError.self) {
      try await scene.pool.transaction(tenant: .system) {
        try await $0.execute(Query(unsafeSQL: statement))
      }
    }
    await scene.pool.close()
  }

  @Test(arguments: [
    "purposes = '{promotional}'", "basis = 'enquiry'", "phone_number = '+919876500009'",
    "withdraw_time = now(), evidence = 'another'", "expire_time = now() + interval '9 years'",
    "salt = substr(sha256('y'), 1, 16)", "create_time = now()",
  ])
  func `the database lets nothing of a consent change but its withdrawal`(
    change: String
  ) async throws {
    let scene = try await Scene.make()
    _ = try await scene.consent()
    await #expect(throws: PostgresError.self) {
      try await scene.pool.transaction(tenant: .system) {
        try await $0.execute(Query(unsafeSQL: "UPDATE consents SET " + change))
      }
    }
    await scene.pool.close()
  }
}

/// The digest of the audit log, written down a second time.
struct StoredDigest {
  let salt: [UInt8]

  func of(_ text: String) -> String {
    Hex.encode(Digest.hmacSHA256(key: salt, Array(text.utf8)))
  }
}
