import Buffers
import Domain
import Postgres
import Protobuf
import RPCCore
import Schema
import Testing
import TransparencyLog
import VoiceAPI

@testable import Compliance
@testable import Jobs

@Suite struct ErasureTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  private static let number = "+919876500001"

  // MARK: Asking

  @Test func `an erasure under way is joined, and one that is over is not`() async throws {
    let scene = try await Scene.make()
    let first = try await scene.erase()
    #expect(first.state == .pending && first.reason == "request")
    #expect(try await scene.erase(reason: "other").erasureId == first.erasureId)
    #expect(try await scene.erase("+919876500002").erasureId != first.erasureId)
    #expect(try await scene.run(first) == nil)
    let again = try await scene.erase()
    #expect(again.erasureId != first.erasureId && again.state == .pending)
    let listed = try await scene.service.listErasures(.init(), scene.context()).erasures
    #expect(listed.map(\.erasureId).count == 3 && listed[0] == again)
    #expect(listed[2].state == .done && listed[2].startTime != nil && listed[2].finishTime != nil)
    await scene.pool.close()
  }

  @Test func `of many requests at once one begins, with one job`() async throws {
    let scene = try await Scene.make()
    let ids = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<20 { group.addTask { try await scene.erase().erasureId } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(ids.count == 1)
    let jobs = try await scene.system { try await $0.query("SELECT queue FROM jobs").count }
    #expect(jobs == 1)
    #expect(try await scene.audit().map(\.kind) == ["erasure.created"])
    await scene.pool.close()
  }

  @Test func `an erasure whose job died is taken up when it is asked for again`() async throws {
    let scene = try await Scene.make()
    let first = try await scene.erase()
    try await scene.system {
      try await $0.execute(
        "UPDATE jobs SET state = 'dead', finished_at = now(), last_error = 'lease ran out'")
    }
    #expect(try await scene.erase().erasureId == first.erasureId)
    let waiting = try await scene.system {
      try await $0.query("SELECT 1 AS one FROM jobs WHERE state = 'available'").count
    }
    #expect(waiting == 1)
    await scene.pool.close()
  }

  @Test func `a repeated request has its first answer, and no number lies in the database`()
    async throws
  {
    let scene = try await Scene.make()
    let first = try await scene.erase(requestID: "r1")
    _ = try await scene.run(first)
    #expect(try await scene.erase(requestID: "r1") == first)
    #expect(
      await Scene.code { try await scene.erase("+919876500002", requestID: "r1") }
        == .alreadyExists)
    #expect(try await scene.occurrences(of: Self.number) == [])
    await scene.pool.close()
  }

  @Test func `forms by which the person was asked go, answered or not`() async throws {
    let scene = try await Scene.make()
    let (answered, open) = (try await scene.form(), try await scene.form())
    #expect(try await ConsentVisitor(scene, answered).answer("allow", ["service"]) == 303)
    #expect(try await scene.run(try await scene.erase()) == nil)
    for form in [answered, open] {
      #expect(await ConsentVisitor(scene, form).read().status == 404)
      #expect(await Scene.code { try await scene.read(form) } == .notFound)
    }
    #expect(try await scene.occurrences(of: Self.number) == [])
    await scene.pool.close()
  }

  @Test func `another merchant sees and erases nothing of it`() async throws {
    let scene = try await Scene.make()
    let erasure = try await scene.erase()
    let rival = scene.context(scene.rival)
    #expect(
      await Scene.code {
        try await scene.service.getErasure(.with { $0.erasureId = erasure.erasureId }, rival)
      } == .notFound)
    #expect(try await scene.service.listErasures(.init(), rival).erasures == [])
    for id in ["", "era_x", "\(CallID())", "\(ErasureID())"] {
      #expect(
        await Scene.code {
          try await scene.service.getErasure(.with { $0.erasureId = id }, scene.context())
        } == .notFound)
    }
    let theirs = try await scene.consent(Self.number, by: scene.rival)
    _ = try await scene.run(erasure)
    let kept = try await scene.service.getConsent(
      .with { $0.consentId = theirs.consentId }, rival)
    #expect(kept == theirs)
    await scene.pool.close()
  }

  // MARK: Erasing

  @Test func `what was consented and listed goes, and so does what the log says of it`()
    async throws
  {
    let scene = try await Scene.make()
    let consent = try await scene.consent()
    _ = try await scene.withdraw(consent.consentId)
    let listing = try await scene.suppress(Self.number, "complaint")
    let other = try await scene.consent("+919876500002")
    let erasure = try await scene.erase()
    #expect(try await scene.run(erasure) == nil)
    let done = try await scene.erasure(erasure)
    #expect(done.state == .done && done.erased?.consents == 1 && done.erased?.suppressions == 1)
    #expect(done.erased?.auditPayloads == 3 && done.kept.isEmpty && done.error.isEmpty)
    let erased = try await scene.service.getConsent(
      .with { $0.consentId = consent.consentId }, scene.context())
    #expect(erased.phoneNumber.isEmpty && erased.statement.isEmpty && erased.evidence.isEmpty)
    #expect(erased.purposes == consent.purposes && erased.state == .withdrawn)
    #expect(try await scene.withdraw(consent.consentId) == erased)
    for subject in [consent.consentId, listing.suppressionId] {
      for entry in try await scene.audit(subject: subject) {
        #expect(entry.payload.isEmpty && entry.salt.isEmpty && !entry.entry.isEmpty)
      }
    }
    #expect(try await scene.audit(subject: other.consentId).allSatisfy { !$0.salt.isEmpty })
    #expect(try await scene.occurrences(of: Self.number) == [])
    await scene.pool.close()
  }

  @Test func `the proofs hold, and the log has the certificate without the number`() async throws {
    let scene = try await Scene.make()
    let old = try await scene.checkpoint()
    _ = try await scene.consent()
    _ = try await scene.consent("+919876500002")
    let before = try await scene.checkpoint()
    let erasure = try await scene.erase(reason: "withdrawal")
    _ = try await scene.run(erasure)
    let after = try await scene.checkpoint()
    let report = try scene.verify(try await scene.bundle(after), after)
    #expect(old.size == 0 && before.size == 2 && after.size == 4)
    #expect(report.entries == 4 && report.payloads == 3 && report.erased == 1)
    #expect(try await AuditInspector(pool: scene.pool).inspectAll() == 0)
    let entries = try await scene.audit(subject: erasure.erasureId)
    #expect(entries.map(\.kind) == ["erasure.created", "person.erased"])
    let certificate = try JSONValue(parsing: entries[1].payload)
    #expect(certificate["consents"]?.stringValue == "1")
    #expect(certificate["reason"]?.stringValue == "withdrawal")
    #expect(certificate["calls"]?.stringValue == "0")
    let told = try await scene.events().last
    #expect(told?.type == "erasure.completed")
    #expect(told?.data["erasure_id"]?.stringValue == erasure.erasureId)
    await scene.pool.close()
  }

  @Test func `a kept answer to a repeated request goes, and takes no effect again`() async throws {
    let scene = try await Scene.make()
    _ = try await scene.consent(requestID: "c1")
    let other = try await scene.consent("+919876500002", requestID: "c2")
    let erasure = try await scene.erase()
    _ = try await scene.run(erasure)
    #expect(try await scene.erasure(erasure).erased?.answers == 1)
    #expect(await Scene.code { try await scene.consent(requestID: "c1") } == .aborted)
    #expect(try await scene.consent("+919876500002", requestID: "c2") == other)
    await scene.pool.close()
  }

  // MARK: The gate afterwards

  @Test func `nobody is called from the request on, until they consent anew`() async throws {
    let scene = try await Scene.make()
    #expect(try await scene.refusals(.service) == [])
    let erasure = try await scene.erase()
    #expect(try await scene.refusals(.service) == ["ERASED_PERSON"])
    #expect(try await scene.refusals(.transactional) == ["ERASED_PERSON"])
    _ = try await scene.run(erasure)
    scene.clock.advance(days: 300)
    #expect(try await scene.refusals(.service) == ["ERASED_PERSON"])
    #expect(try await scene.refusals(.service, to: "+919876500002") == [])
    _ = try await scene.consent()
    #expect(try await scene.refusals(.service) == [])
    #expect(try await scene.refusals(.transactional) == ["ERASED_PERSON"])
    await scene.pool.close()
  }

  @Test
  func `an opt-out outlives the number: listed stays listed, and nobody asks for ninety days`()
    async throws
  {
    let scene = try await Scene.make()
    _ = try await scene.suppress()
    _ = try await scene.run(try await scene.erase())
    #expect(
      try await scene.service.listSuppressions(.init(), scene.context()).suppressions == [])
    scene.clock.advance(days: 89)
    #expect(await Scene.code { try await scene.consent() } == .failedPrecondition)
    scene.clock.advance(days: 2)
    _ = try await scene.consent()
    #expect(try await scene.refusals(.service) == ["NOT_SUPPRESSED"])
    await scene.pool.close()
  }

  @Test func `what is given while the erasure runs is not erased`() async throws {
    let scene = try await Scene.make()
    let erasure = try await scene.erase()
    scene.clock.advance(seconds: 120)
    let new = try await scene.consent()
    _ = try await scene.run(erasure)
    let found = try await scene.service.getConsent(
      .with { $0.consentId = new.consentId }, scene.context())
    #expect(found == new)
    #expect(try await scene.refusals(.service) == [])
    await scene.pool.close()
  }

  // MARK: Calls

  @Test func `an attempt that stops is taken up, and nothing is counted twice`() async throws {
    let scene = try await Scene.make()
    scene.calls.add(60, of: scene.person(), ended: scene.clock.now)
    scene.calls.add(3, of: scene.person(scene.rival), ended: scene.clock.now)
    let erasure = try await scene.erase()
    scene.calls.fail(after: 40)
    await #expect(throws: PretendCalls.Broken.self) { try await scene.run(erasure) }
    let half = try await scene.erasure(erasure)
    #expect(half.state == .running && half.erased?.calls == 25 && half.erased?.recordings == 25)
    scene.calls.fail(after: .max)
    #expect(try await scene.run(erasure) == nil)
    let done = try await scene.erasure(erasure)
    #expect(done.state == .done && done.erased?.calls == 60 && done.erased?.recordings == 60)
    #expect(
      Set(scene.calls.erased).count == 60 && scene.calls.left(of: scene.person(scene.rival)) == 3)
    #expect(try await scene.run(erasure) == nil)
    #expect(try await scene.audit(subject: erasure.erasureId).count == 2)
    await scene.pool.close()
  }

  @Test func `an attempt that stops before the consents is made up for`() async throws {
    let scene = try await Scene.make()
    _ = try await scene.consent()
    let erasure = try await scene.erase()
    try await scene.system {
      try await $0.execute("UPDATE erasures SET state = 'running', start_time = now()")
    }
    #expect(try await scene.run(erasure) == nil)
    #expect(try await scene.erasure(erasure).erased?.consents == 1)
    await scene.pool.close()
  }

  @Test func `a job that fails is tried again, and its last failure is the erasure's`() async throws
  {
    let scene = try await Scene.make()
    scene.calls.add(1, of: scene.person(), ended: scene.clock.now)
    scene.calls.fail(after: 0)
    let erasure = try await scene.erase()
    await #expect(throws: PretendCalls.Broken.self) { try await scene.work(attempt: 14) }
    #expect(try await scene.erasure(erasure).state == .running)
    await #expect(throws: PretendCalls.Broken.self) { try await scene.work(attempt: 15) }
    let failed = try await scene.erasure(erasure)
    #expect(failed.state == .failed && failed.error == "it could not be carried out; ask again")
    #expect(failed.finishTime != nil)
    scene.calls.fail(after: .max)
    #expect(try await scene.run(erasure) == nil)
    #expect(scene.calls.erased.isEmpty)
    await scene.pool.close()
  }

  @Test func `a job waits as long as the erasure says`() async throws {
    let scene = try await Scene.make()
    scene.calls.setOpen(1, of: scene.person())
    _ = try await scene.erase()
    await #expect(throws: JobControl.snooze(.seconds(15))) { try await scene.work(attempt: 1) }
    scene.calls.setOpen(0, of: scene.person())
    try await scene.work(attempt: 2)
    await scene.pool.close()
  }

  @Test func `calls in progress are waited for, not for ever`() async throws {
    let scene = try await Scene.make()
    scene.calls.setOpen(1, of: scene.person())
    let erasure = try await scene.erase()
    #expect(try await scene.run(erasure) == .seconds(15))
    scene.clock.advance(seconds: 60)
    #expect(try await scene.run(erasure) == .seconds(15))
    scene.clock.advance(seconds: 3 * 3_600)
    #expect(try await scene.run(erasure) == nil)
    let failed = try await scene.erasure(erasure)
    #expect(failed.state == .failed && failed.error.contains("in progress"))
    #expect(try await scene.events().last?.type == "erasure.failed")
    #expect(try await scene.refusals(.service) == ["ERASED_PERSON"])
    scene.calls.setOpen(0, of: scene.person())
    let again = try await scene.erase()
    #expect(try await scene.run(again) == nil)
    #expect(try await scene.erasure(again).state == .done)
    await scene.pool.close()
  }

  @Test func `what a rule keeps is said, and goes at its time`() async throws {
    let scene = try await Scene.make()
    // From 2026-11-23 to the summer of 2027.
    scene.clock.advance(days: 200)
    let young = scene.calls.add(
      30, of: scene.person(), ended: scene.clock.now - .seconds(100 * 86_400))
    let old = scene.calls.add(
      2, of: scene.person(), ended: scene.clock.now - .seconds(366 * 86_400))
    let erasure = try await scene.erase()
    #expect(try await scene.run(erasure) == .seconds(265 * 86_400))
    let done = try await scene.erasure(erasure)
    #expect(done.state == .done && done.erased?.calls == 2)
    #expect(done.kept.map(\.rule) == ["DPDP_RULE_8_3"] && done.kept[0].calls == 30)
    #expect(done.kept[0].source.contains("8(3)"))
    #expect(
      done.kept[0].until?.seconds == scene.clock.now.seconds + 265 * 86_400)
    #expect(scene.calls.held == Set(young) && Set(scene.calls.erased) == Set(old))
    scene.clock.advance(days: 264)
    #expect(try await scene.run(erasure) == .seconds(86_400))
    scene.clock.advance(days: 1)
    #expect(try await scene.run(erasure) == nil)
    let gone = try await scene.erasure(erasure)
    #expect(gone.erased?.calls == 32 && gone.kept.isEmpty && scene.calls.held.isEmpty)
    let last = try #require(try await scene.audit(subject: erasure.erasureId).last)
    #expect(last.kind == "person.erased")
    #expect(try JSONValue(parsing: last.payload)["calls"]?.stringValue == "32")
    await scene.pool.close()
  }
}
