import Compliance
import Domain
import Postgres
import Protobuf
import RPCCore
import Schema
import Testing
import TransparencyLog
import VoiceAPI

@Suite struct SuppressionServiceTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  private static let coolingSeconds: Int64 = 90 * 86_400

  @Test func `a number is listed once, and an opt-out begins its ninety days again`() async throws {
    let scene = try await Scene.make()
    let first = try await scene.suppress("+919876500001", "complaint")
    #expect(first.reason == "complaint" && first.reconsentTime == nil)
    scene.clock.advance(days: 1)
    #expect(try await scene.suppress("+919876500001", "legal") == first)
    let out = try await scene.suppress()
    #expect(out.suppressionId == first.suppressionId && out.reason == "complaint")
    #expect(out.reconsentTime?.seconds == scene.clock.now.seconds + Self.coolingSeconds)
    scene.clock.advance(days: 1)
    let again = try await scene.suppress()
    #expect(again.reconsentTime?.seconds == scene.clock.now.seconds + Self.coolingSeconds)
    #expect(
      try await scene.audit(subject: first.suppressionId).map(\.kind)
        == ["suppression.created", "suppression.renewed", "suppression.renewed"])
    let listed = try await scene.service.listSuppressions(.init(), scene.context())
    #expect(listed.suppressions == [again])
    await scene.pool.close()
  }

  @Test func `no call of any purpose goes to a listed number`() async throws {
    let scene = try await Scene.make()
    _ = try await scene.suppress("+919876500001", "")
    for purpose in [V1.CallPurpose.transactional, .service, .promotional] {
      #expect(try await scene.refusals(purpose) == ["NOT_SUPPRESSED"])
    }
    #expect(try await scene.refusals(.service, to: "+919876500002") == [])
    await scene.pool.close()
  }

  @Test(arguments: [true, false])
  func `nobody is asked for consent in the ninety days after they opted out`(
    byWithdrawal: Bool
  ) async throws {
    let scene = try await Scene.make()
    if byWithdrawal {
      let made = try await scene.consent()
      scene.clock.advance(days: 1)
      _ = try await scene.withdraw(made.consentId)
    } else {
      _ = try await scene.suppress()
    }
    let optOut = scene.clock.now
    scene.clock.advance(days: 30)
    #expect(await Scene.code { try await scene.consent() } == .failedPrecondition)
    for basis in [V1.Consent.Basis.enquiry, .inferred] {
      #expect(await Scene.code { try await scene.consent(basis: basis) } == nil)
    }
    let before = (optOut - .seconds(60)).timestamp
    #expect(await Scene.code { try await scene.consent { $0.grantTime = before } } == nil)
    scene.clock.advance(days: 61)
    // It was asked for too early, however late it is recorded.
    let during = (optOut + .seconds(89 * 86_400)).timestamp
    #expect(
      await Scene.code { try await scene.consent { $0.grantTime = during } } == .failedPrecondition)
    #expect(await Scene.code { try await scene.consent() } == nil)
    await scene.pool.close()
  }

  @Test func `the refusal says why and until when, without the number`() async throws {
    let scene = try await Scene.make()
    let until = try #require(try await scene.suppress().reconsentTime)
    do {
      _ = try await scene.consent { $0.grantTime = scene.clock.now.timestamp }
      Issue.record("the consent was taken")
    } catch let error as RPCError {
      let detail = try #require(error.details.first)
      let failure = try Google.Rpc.PreconditionFailure(serializedBytes: detail.value)
      #expect(failure.violations.map(\.type) == ["RECONSENT_COOLING"])
      #expect(error.message.contains(Moment(until).iso8601) && !error.message.contains("98765"))
    }
    await scene.pool.close()
  }

  @Test func `a withdrawn enquiry or relationship is no opt-out`() async throws {
    let scene = try await Scene.make()
    for basis in [V1.Consent.Basis.enquiry, .inferred] {
      _ = try await scene.withdraw(try await scene.consent(basis: basis).consentId)
    }
    scene.clock.advance(days: 1)
    #expect(await Scene.code { try await scene.consent() } == nil)
    await scene.pool.close()
  }

  @Test func `entries of before the column opt out when they were made`() async throws {
    let scene = try await Scene.make()
    let made = scene.clock.now
    try await scene.pool.transaction(tenant: .system) { transaction in
      try await transaction.execute(
        """
        INSERT INTO suppressions (suppression_id, merchant_id, phone_number, reason, create_time)
        VALUES (\(SuppressionID().text), \(scene.merchant.text), '+919876500001', 'opt_out', \(made))
        """)
    }
    let listed = try await scene.service.listSuppressions(.init(), scene.context())
    #expect(listed.suppressions[0].reconsentTime?.seconds == made.seconds + Self.coolingSeconds)
    await scene.pool.close()
  }

  @Test(arguments: [("", "opt_out"), ("+1415", "opt_out"), ("+919876500001", "because")])
  func `a bad entry is refused`(number: String, reason: String) async throws {
    let scene = try await Scene.make()
    #expect(await Scene.code { try await scene.suppress(number, reason) } == .invalidArgument)
    await scene.pool.close()
  }

  @Test func `audit entries come in order, by pages, of their merchant and subject`() async throws {
    let scene = try await Scene.make()
    var ids: [String] = []
    for index in 0..<5 {
      ids.append(try await scene.suppress("+91987650000\(index)").suppressionId)
    }
    var request = V1.ListAuditEntriesRequest.with { $0.pageSize = 2 }
    var found: [V1.AuditEntry] = []
    repeat {
      let page = try await scene.service.listAuditEntries(request, scene.context())
      found += page.entries
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    #expect(found.map(\.index) == [0, 1, 2, 3, 4] && found.map(\.subject) == ids)
    #expect(found.allSatisfy { $0.leafHash == MerkleHash.leaf($0.entry).bytes })
    #expect(try await scene.audit(subject: ids[3]).map(\.index) == [3])
    let rivals = try await scene.service.listAuditEntries(.init(), scene.context(scene.rival))
    #expect(rivals.entries.isEmpty)
    await scene.pool.close()
  }
}
