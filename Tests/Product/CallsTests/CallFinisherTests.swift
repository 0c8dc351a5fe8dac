internal import Domain
internal import EventLoop
internal import Objects
internal import Postgres
internal import Speech
import Testing

@testable internal import Calls

@Suite struct CallFinisherTests {
  /// Has the database refuse the next `count` transactions that finish a call.
  private func refuse(
    _ count: Int, with state: String = "P0001", _ ending: EndingScene
  ) async throws {
    try await ending.system {
      // A sequence counts also in transactions that are undone.
      try await $0.script(
        unsafeSQL: """
          CREATE SEQUENCE refusals;
          CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            IF nextval('refusals') <= \(count) THEN 
              RAISE EXCEPTION 'not now' USING ERRCODE = '\(state)';
            END IF;
            RETURN NEW;
          END $$;
          CREATE TRIGGER refuse BEFORE UPDATE ON call_metadata
            FOR EACH ROW EXECUTE FUNCTION refuse();
          """, timeout: .seconds(60))
    }
  }

  @Test func `what the database refuses is written later, recording and all`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk()
    try await refuse(2, ending)
    let hungUp = ending.hungUp()
    await ending.finisher.finish(call, hungUp, on: ending.loop)
    #expect(try await ending.find(call.id).state == .inProgress)
    #expect(try ending.folder.files == ["\(call.id.text).spool"])
    #expect(ending.store.keys.count == 1)
    await ending.finisher.finish(
      call, hungUp, pauses: FinishPauses(short: [.zero, .seconds(600)], long: []),
      on: ending.loop)
    let ended = try await ending.find(call.id)
    #expect(ended.state == .completed)
    #expect(ended.endReason == "caller_hung_up")
    #expect(
      ended.costModel
        == Pricing().speech(SpeechUsage(live: TokenUsage(prompt: 1_000, response: 100))))
    #expect(ended.costTelephony == Pricing().telephony(.seconds(30)))
    #expect(try await ending.recording(call.id)?.isEmpty == false)
    #expect(try ending.folder.files == [])
    await ending.scene.pool.close()
  }

  @Test func `a report outlives a failover of the database, but no refusal`() async throws {
    let ending = try await EndingScene.make()
    let pauses = FinishPauses(short: [.zero], long: [.zero, .zero])
    // A server that is shutting down.
    try await refuse(3, with: "57P01", ending)
    let call = try await ending.talk(isRecorded: false)
    await ending.finisher.finish(call, ending.hungUp(), pauses: pauses, on: ending.loop)
    #expect(try await ending.find(call.id).endReason == "caller_hung_up")
    try await ending.system {
      try await $0.script(
        unsafeSQL: """
          DROP FUNCTION refuse CASCADE;
          DROP SEQUENCE refusals;
          """, timeout: .seconds(60))
    }
    try await refuse(3, ending)
    let other = try await ending.talk(isRecorded: false)
    await ending.finisher.finish(other, ending.hungUp(), pauses: pauses, on: ending.loop)
    #expect(try await ending.find(other.id).state == .inProgress)
    await ending.scene.pool.close()
  }

  @Test func `a minute is for what is refused, a quarter of an hour more for an outage`() {
    func total(_ error: any Error) -> Duration {
      var pauses = FinishPauses.patient
      var total = Duration.zero
      while let pause = pauses.next(after: error) { total += pause }
      return total
    }
    #expect(total(PostgresError(.connectionLost, "")) == .milliseconds(960_500))
    #expect(total(PostgresError(.poolExhausted, "")) == .milliseconds(960_500))
    #expect(total(PostgresError(.invalidValue, "")) == .milliseconds(60_500))
  }

  @Test func `an end that is written is not written again, nor told twice`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk()
    for _ in 0..<2 { await ending.finisher.finish(call, ending.hungUp(), on: ending.loop) }
    await ending.finisher.finish(call, .abandoned, on: ending.loop)
    let ended = try await ending.find(call.id)
    #expect(ended.state == .completed)
    #expect(ended.costModel > .zero)
    for type in [EventType.callCompleted, .callRecordingReady] {
      #expect(try await ending.news(type, of: call.id) == 1)
    }
    await ending.scene.pool.close()
  }

  @Test func `a report that comes after somebody else's ending is written all the same, once`()
    async throws
  {
    let ending = try await EndingScene.make()
    let call = try await ending.talk()
    await ending.finisher.finish(call, .abandoned, on: ending.loop)
    let failed = try await ending.find(call.id)
    #expect(failed.state == .failed && failed.costModel == .zero)
    for _ in 0..<2 { await ending.finisher.finish(call, ending.hungUp(), on: ending.loop) }
    let ended = try await ending.find(call.id)
    #expect(ended.state == .failed && ended.endReason == "server_lost")
    #expect(
      ended.costModel
        == Pricing().speech(SpeechUsage(live: TokenUsage(prompt: 1_000, response: 100))))
    #expect(ended.costTelephony == Pricing().telephony(.seconds(30)))
    #expect(try await ending.news(.callTranscriptReady, of: call.id) <= 1)
    #expect(try await ending.news(.callRecordingReady, of: call.id) == 1)
    await ending.scene.pool.close()
  }

  @Test func `a call ended when its conversation did, not when that is written`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk(isRecorded: false)
    try await ending.system {
      try await $0.execute(
        """
        UPDATE calls SET answer_time = now() - interval '100 seconds'
        WHERE call_id = \(call.id.text)
        """)
    }
    await ending.finisher.finish(call, ending.hungUp(ago: .seconds(40)), on: ending.loop)
    let ended = try await ending.find(call.id)
    #expect(ended.duration > .seconds(50) && ended.duration < .seconds(100))
    let (start, end) = (try #require(ended.answerTime), try #require(ended.endTime))
    #expect(end - start == ended.duration)
    await ending.scene.pool.close()
  }

  @Test func `the stored copy of a recording lacks the key that its call's row has`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk()
    let spool = try ending.folder.read("\(call.id.text).spool")
    await ending.finisher.finish(call, ending.hungUp(), on: ending.loop)
    let found = try await ending.system { try await CallMetadataStore.recording(of: call.id, $0) }
    let (url, key) = try #require(found)
    let place = try #require(ObjectKey(url))
    let stored = try await ending.store.get(place)
    #expect(!key.isEmpty && spool.contains(key) && !stored.contains(key))
    #expect(stored.count == spool.count - key.count)
    #expect(try await ending.recording(call.id)?.isEmpty == false)
    await ending.scene.pool.close()
  }

  @Test func `a store that refuses holds up no end, and has the recording later`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk()
    ending.store.mood = .refuses
    await ending.finisher.finish(call, ending.hungUp(), on: ending.loop)
    #expect(try await ending.find(call.id).state == .completed)
    #expect(try await ending.recording(call.id) == nil)
    #expect(try await !ending.finisher.keepLeft(call.id, on: ending.loop))
    #expect(try ending.folder.files == ["\(call.id.text).spool"])
    ending.store.mood = .works
    #expect(try await ending.finisher.keepLeft(call.id, on: ending.loop))
    #expect(try await ending.recording(call.id)?.isEmpty == false)
    #expect(try await ending.news(.callRecordingReady, of: call.id) == 1)
    #expect(try ending.folder.files == [])
    await ending.scene.pool.close()
  }

  @Test func `nor does a store that says nothing`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk()
    ending.store.mood = .isSilent
    var finisher = ending.finisher
    finisher.storeLimit = .milliseconds(10)
    await finisher.finish(call, ending.hungUp(), on: ending.loop)
    #expect(try await ending.find(call.id).state == .completed)
    // The first attempt still waits, so there is no second one beside it.
    #expect(try await !finisher.keepLeft(call.id, on: ending.loop))
    #expect(try ending.folder.files == ["\(call.id.text).spool"])
    ending.store.mood = .works
    ending.store.speak()
    try await ending.until { try await finisher.keepLeft(call.id, on: ending.loop) }
    #expect(try await ending.recording(call.id)?.isEmpty == false)
    await ending.scene.pool.close()
  }

  @Test(arguments: ["", "PVSPOOL1", "PVSPOOL1\u{10}\0\0\0 what is no header"])
  func `a spool without a whole header is set aside, its call ends`(text: String) async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk(isRecorded: false)
    try ending.folder.write(text, to: "\(call.id.text).spool")
    await ending.finisher.finish(call, ending.hungUp(), on: ending.loop)
    #expect(try await ending.find(call.id).state == .completed)
    #expect(try await ending.recording(call.id) == nil)
    #expect(try ending.folder.files == ["\(call.id.text).spool.damaged"])
    #expect(try await ending.recordings.left().isEmpty)
    await ending.scene.pool.close()
  }

  @Test func `what is left of a call that goes on stays where it is`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk()
    #expect(try await ending.recordings.left() == [call.id])
    #expect(try await ending.finisher.keepLeft(call.id, on: ending.loop))
    #expect(try ending.folder.files == ["\(call.id.text).spool"])
    #expect(ending.store.keys.isEmpty)
    await ending.scene.pool.close()
  }
}
