internal import Agents
internal import Compliance
internal import Domain
internal import EventLoop
internal import Jobs
internal import Postgres
internal import Speech
import Testing

@testable internal import Calls

/// A carrier that is only asked for calls by our id, from a moment on.
private struct AskedCarrier: Carrier {
  let find: @Sendable (_ since: Int64) async throws -> CarrierCall?

  func placeCall(_ request: PlaceCallRequest) async throws -> CarrierCallID {
    throw SpeechError(.permanent, "nothing is placed here")
  }

  func fetchCall(_ id: CarrierCallID) async throws -> CarrierCall? { nil }

  func findCall(callID: String, to number: String, since: Int64) async throws -> CarrierCall? {
    try await find(since)
  }
}

@Suite struct LeaseWatchTests {
  @Test func `a gap in the renewals begins the time anew`() {
    let watch = LeaseWatch()
    #expect(!watch.isSteady(for: .zero))
    watch.renewed(true)
    watch.renewed(true)
    #expect(watch.isSteady(for: .zero) && !watch.isSteady(for: .seconds(3_600)))
    watch.renewed(false)
    #expect(!watch.isSteady(for: .zero))
  }
}

@Suite struct CallLeaseTests {
  private func take(
    _ ending: EndingScene, except held: [String] = []
  ) async throws -> [CallRecord] {
    try await ending.system {
      try await CallLease.takeExpired(owner: "reaper", except: held, $0)
    }
  }

  @Test func `a dead process's call ended when its lease was last renewed, whoever finds that`()
    async throws
  {
    let ending = try await EndingScene.make()
    let call = try await ending.talk()
    try await ending.system {
      try await $0.execute(
        """
        UPDATE calls SET answer_time = now() - interval '1 hour',
          lease_until = now() - interval '50 minutes'
        WHERE call_id = \(call.id.text)
        """)
    }
    #expect(try await take(ending).map(\.id) == [call.id])
    #expect(try await take(ending).isEmpty)
    // Who took it could not finish it and died, too.
    try await ending.system {
      try await $0.execute(
        "UPDATE calls SET lease_until = now() - interval '1 s' WHERE call_id = \(call.id.text)")
    }
    let taken = try #require(try await take(ending).first)
    await ending.finisher.finish(taken, .abandoned, on: ending.loop)
    let ended = try await ending.find(call.id)
    #expect(ended.state == .failed)
    #expect(ended.endReason == "server_lost")
    #expect(ended.duration == .seconds(580))
    let (start, end) = (try #require(ended.answerTime), try #require(ended.endTime))
    #expect(end - start == .seconds(580))
    #expect(ended.costTelephony == Pricing().telephony(.seconds(580)))
    #expect(try await ending.recording(call.id)?.isEmpty == false)
    await ending.scene.pool.close()
  }

  @Test func `a process does not take what it holds for abandoned`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk(isRecorded: false)
    try await ending.system {
      try await $0.execute(
        "UPDATE calls SET lease_until = now() - interval '1 s' WHERE call_id = \(call.id.text)")
    }
    #expect(try await take(ending, except: [call.id.text]).isEmpty)
    #expect(try await take(ending, except: ["another"]).map(\.id) == [call.id])
    await ending.scene.pool.close()
  }
}

@Suite struct ReaperTests {
  private func reaper(
    _ ending: EndingScene, live: LiveCalls = LiveCalls(), _ carrier: AskedCarrier
  ) -> Reaper {
    var reaper = Reaper(
      pool: ending.scene.pool, carrier: carrier, settings: ending.settings, live: live,
      recordings: ending.recordings)
    reaper.interval = .milliseconds(10)
    return reaper
  }

  /// Runs `reaper` until `isDone` is.
  private func run(
    _ reaper: Reaper, _ ending: EndingScene, until isDone: () async throws -> Void
  ) async throws {
    let loop = ending.loop
    let running = Task(executorPreference: loop) { await reaper.run(on: loop) }
    do {
      try await isDone()
    } catch {
      running.cancel()
      throw error
    }
    running.cancel()
    await running.value
  }

  @Test(.timeLimit(.minutes(10)))
  func `leases are renewed while the carrier says nothing`() async throws {
    let ending = try await EndingScene.make()
    _ = try await ending.dialed()
    let talking = try await ending.talk(isRecorded: false)
    let live = LiveCalls()
    live.add(talking.id) {}
    let (questions, ask) = AsyncStream.makeStream(of: Void.self)
    let carrier = AskedCarrier { [loop = ending.loop] _ in
      ask.yield()
      try await loop.sleep(for: .seconds(600))
      return nil
    }
    try await run(reaper(ending, live: live, carrier), ending) {
      var asked = questions.makeAsyncIterator()
      _ = await asked.next()
      try await ending.system {
        try await $0.execute(
          "UPDATE calls SET lease_until = now() WHERE call_id = \(talking.id.text)")
      }
      try await ending.until {
        try await ending.system {
          try await !$0.query(
            "SELECT FROM calls WHERE call_id = \(talking.id.text) AND lease_until > now()"
          ).isEmpty
        }
      }
    }
    await ending.scene.pool.close()
  }

  @Test(.timeLimit(.minutes(10)))
  func `a call whose end nobody was notified of ends all the same, once`() async throws {
    let ending = try await EndingScene.make()
    let (asked, other) = (
      try await ending.talk(isRecorded: false), try await ending.talk(isRecorded: false)
    )
    let live = LiveCalls()
    let (ends, end) = AsyncStream.makeStream(of: CallID.self)
    for call in [asked, other] { live.add(call.id) { end.yield(call.id) } }
    // This process does not listen.
    try await ending.system { try await live.requestEnd(asked.id, $0) }
    try await run(reaper(ending, live: live, AskedCarrier { _ in nil }), ending) {
      var ended = ends.makeAsyncIterator()
      #expect(await ended.next() == asked.id)
      try await ending.loop.sleep(for: .milliseconds(50))
    }
    end.finish()
    #expect(await ends.reduce(0) { count, _ in count + 1 } == 0)
    #expect(live.count == 2)
    await ending.scene.pool.close()
  }

  @Test(.timeLimit(.minutes(10)))
  func `the carrier's records are searched from the time of dialling`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.dialed()
    let (questions, ask) = AsyncStream.makeStream(of: Int64.self)
    let carrier = AskedCarrier {
      ask.yield($0)
      return nil
    }
    try await run(reaper(ending, carrier), ending) {
      try await ending.until { try await ending.find(call.id).state == .failed }
    }
    var asked = questions.makeAsyncIterator()
    #expect(await asked.next() == call.dialTime.map { $0.seconds - 60 })
    #expect(try await ending.find(call.id).endReason == "carrier_error")
    await ending.scene.pool.close()
  }

  @Test func `a call is asked about when nothing more was heard of it for a while`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.dialed()
    func unanswered() async throws -> [CallID] {
      try await ending.system { try await CallStore.takeUnanswered(owner: "test", $0).map(\.id) }
    }
    func due() async throws {
      try await ending.system { try await $0.execute("UPDATE calls SET look_time = now()") }
    }
    #expect(try await unanswered() == [call.id])
    #expect(try await unanswered() == [])
    try await due()
    try await ending.system { try await CallStore.setCarrierID("sid", of: call.id, $0) }
    #expect(try await unanswered() == [])
    try await due()
    try await ending.system { try await CallStore.move(call.id, to: .ringing, $0) }
    #expect(try await unanswered() == [])
    try await due()
    #expect(try await unanswered() == [call.id])
    // One that comes in.
    var new = ending.scene.call(in: .ringing)
    new.direction = .inbound
    let incoming = try await ending.scene.insert(new)
    #expect(try await unanswered() == [])
    try await due()
    #expect(Set(try await unanswered()) == [call.id, incoming.id])
    await ending.scene.pool.close()
  }

  @Test(.timeLimit(.minutes(10)))
  func `calls of which the carrier tells no end hold up no others, and end in two hours`()
    async throws
  {
    let ending = try await EndingScene.make()
    var stuck: [CallRecord] = []
    for _ in 0..<21 { stuck.append(try await ending.dialed()) }
    let lost = try await ending.dialed()
    let carrier = AskedCarrier { _ in throw SpeechError(.transient, "503") }
    try await ending.system {
      try await $0.execute("UPDATE calls SET dial_time = now() - interval '119 minutes'")
      try await $0.execute(
        """
        UPDATE calls SET dial_time = now() - interval '121 minutes',
          look_time = now() - interval '1 second'
        WHERE call_id = \(lost.id.text)
        """)
    }
    try await run(reaper(ending, carrier), ending) {
      try await ending.until { try await ending.find(lost.id).state == .failed }
    }
    #expect(try await ending.find(lost.id).endReason == "carrier_error")
    #expect(try await ending.find(stuck[0].id).state == .dialing)
    await ending.scene.pool.close()
  }

  @Test(.timeLimit(.minutes(10)))
  func `recordings that were left behind are stored when that is possible again`() async throws {
    let ending = try await EndingScene.make()
    let calls = [try await ending.talk(), try await ending.talk()]
    ending.store.mood = .refuses
    for call in calls { await ending.finisher.finish(call, ending.hungUp(), on: ending.loop) }
    ending.store.mood = .works
    try await run(reaper(ending, AskedCarrier { _ in nil }), ending) {
      try await ending.until { try ending.folder.files.isEmpty }
    }
    for call in calls { #expect(try await ending.recording(call.id)?.isEmpty == false) }
    await ending.scene.pool.close()
  }
}
