internal import Accounts
internal import Agents
internal import Buffers
internal import Compliance
internal import Domain
internal import Jobs
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import Schema
import Testing
internal import VoiceAPI
internal import Webhooks

@testable internal import Calls

@Suite struct CallErasureTests {
  typealias Scene = ErasureScene

  // MARK: What goes and what stays

  @Test func `of a call there remain state, times and cost`() async throws {
    let erasing = try await Scene.make()
    let call = try await erasing.talkative()
    _ = try await AuditClerk(pool: erasing.scene.pool).settle(erasing.scene.merchant)
    let before = try await erasing.call(call.id)
    #expect(before.recordingAvailable && !before.transcript.isEmpty && before.analysis != nil)
    let done = try await erasing.erase()
    #expect(done.state == .done && done.erased?.calls == 1 && done.erased?.recordings == 1)
    #expect((done.erased?.messages ?? 0) >= 2 && done.erased?.auditPayloads == 1)
    let after = try await erasing.call(call.id)
    #expect(after.phoneNumber.isEmpty && after.transcript.isEmpty && after.analysis == nil)
    #expect(after.variables.isEmpty && after.metadata == nil && after.webhookUrl.isEmpty)
    #expect(after.sentiment == .unspecified && after.toolExecutions.isEmpty)
    #expect(
      !after.recordingAvailable && erasing.ending.store.keys.allSatisfy { !$0.contains("spool") })
    #expect(after.state == before.state && after.endTime == before.endTime)
    #expect(after.cost == before.cost && after.duration == before.duration)
    #expect(after.etag != before.etag)
    for text in [Scene.number, "Ravi", "Hello.", "sid-\(call.id)"] {
      #expect(try await erasing.occurrences(of: text) == [])
    }
    await erasing.scene.pool.close()
  }

  @Test func `the log says that recordings went, and proves what it did before`() async throws {
    let erasing = try await Scene.make()
    let call = try await erasing.talkative()
    let clerk = AuditClerk(pool: erasing.scene.pool)
    _ = try await clerk.settle(erasing.scene.merchant)
    try await erasing.erase()
    _ = try await clerk.settle(erasing.scene.merchant)
    let entries = try await erasing.compliance.listAuditEntries(.init(), erasing.ending.context())
      .entries
    #expect(
      entries.map(\.kind)
        == ["call.ended", "erasure.created", "person.erased", "recording.deleted"])
    #expect(entries[0].subject == call.id.text && entries[0].salt.isEmpty)
    #expect(entries[2].salt.count == 32)
    _ = try await erasing.compliance.getAuditCheckpoint(.init(), erasing.ending.context())
    #expect(try await AuditInspector(pool: erasing.scene.pool).inspectAll() == 0)
    await erasing.scene.pool.close()
  }

  @Test func `other people and other merchants keep all they have`() async throws {
    let erasing = try await Scene.make()
    let other = try await erasing.talkative(to: "+919876543211")
    let theirs = try await erasing.talkative()
    try await erasing.giveToRival(theirs.id)
    let kept = try await erasing.call(other.id)
    let done = try await erasing.erase()
    #expect(done.erased?.calls == 0 && done.erased?.messages == 0)
    #expect(try await erasing.call(other.id) == kept)
    #expect(
      try await erasing.occurrences(of: Scene.number) == ["calls", "call_events"])
    #expect(try await erasing.ending.recording(theirs.id)?.isEmpty == false)
    await erasing.scene.pool.close()
  }

  @Test func `a watcher of an erased call hears nothing, and its end`() async throws {
    let erasing = try await Scene.make()
    let call = try await erasing.talkative()
    try await erasing.erase()
    let events = try await erasing.ending.system {
      try await CallEventStore.events(of: call.id, after: 0, $0)
    }
    #expect(events.isEmpty)
    await erasing.scene.pool.close()
  }

  // MARK: Who is late

  @Test(.timeLimit(.minutes(10)))
  func `the end of a call that is being erased comes into the log without its number`()
    async throws
  {
    let erasing = try await Scene.make()
    let (ending, merchant) = (erasing.ending, erasing.scene.merchant)
    let call = try await erasing.talkative()
    let clerk = AuditClerk(pool: erasing.scene.pool)
    let settling = try await ending.system { transaction in
      try await CallErasure(recordings: ending.recordings).hold(
        call.id, until: Scene.now, transaction)
      let settling = Task(executorPreference: ending.loop) { try await clerk.settle(merchant) }
      try await ending.until {
        try await ending.system {
          try await !$0.query(
            """
            SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """
          ).isEmpty
        }
      }
      return settling
    }
    _ = try await settling.value
    let entry = try #require(
      try await erasing.compliance.listAuditEntries(
        .with { $0.subject = call.id.text }, ending.context()
      ).entries.first)
    let payload = try JSONValue(parsing: Array(entry.payload))
    #expect(payload["state"] != nil && payload["phone_number"] == nil)
    await erasing.scene.pool.close()
  }

  @Test func `a report, a line and an analysis that come late are dropped`() async throws {
    let erasing = try await Scene.make()
    let ending = erasing.ending
    let call = try await ending.talk()
    try await ending.system {
      try await CallStore.move(call.id, to: .failed, reason: "server_lost", $0)
    }
    try await erasing.erase()
    await ending.finisher.finish(call, ending.hungUp(), on: ending.loop)
    try await ending.system { transaction in
      try await CallEventStore.append(
        .transcript(.with { $0.text = "Hello." }), to: call, transaction)
      #expect(
        try await CallAnalysisStore.transcriptToAnalyze(call.id, transaction) == nil)
    }
    #expect(try await erasing.occurrences(of: "Hello.") == [])
    #expect(try ending.folder.files == [] && ending.store.keys == [])
    #expect(!(try await erasing.call(call.id)).recordingAvailable)
    await erasing.scene.pool.close()
  }

  @Test func `a recording that waits in a spool goes, read or not, also on another machine`()
    async throws
  {
    let erasing = try await Scene.make()
    let ending = erasing.ending
    ending.store.mood = .refuses
    let call = try await ending.talk()
    await ending.finisher.finish(call, ending.hungUp(), on: ending.loop)
    #expect(try ending.folder.files == ["\(call.id).spool"])
    try ending.folder.write("x", to: "\(call.id).spool.damaged")
    // On the machine that erases there is nothing of it.
    let elsewhere = try SpoolFolder()
    var settings = ending.settings
    settings.spoolDirectory = elsewhere.path
    let eraser = Eraser(
      pool: erasing.scene.pool, numbers: .test(),
      calls: CallErasure(recordings: Recordings(store: ending.store, settings: settings)),
      messages: MessageErasure(), now: { ErasureScene.now })
    #expect(try await eraser.run(try await erasing.ask()) == nil)
    #expect(try ending.folder.files.count == 2)
    ending.store.mood = .works
    #expect(try await ending.recordings.setAside() == [call.id])
    #expect(try await ending.finisher.keepLeft(call.id, on: ending.loop))
    #expect(try ending.folder.files == [] && ending.store.keys == [])
    await erasing.scene.pool.close()
  }

  @Test func `the database refuses texts for a call that was erased`() async throws {
    let erasing = try await Scene.make()
    let call = try await erasing.talkative()
    try await erasing.erase()
    for change in [
      "transcript = '[]'", "metadata = '{}'", "recording_url = 'r'", "analysis = '{}'",
      "variables = '{\"a\": \"b\"}'", "sentiment = 'neutral'", "actions_executed = '[1]'",
    ] {
      await #expect(throws: PostgresError.self) {
        try await erasing.ending.system {
          try await $0.execute(
            "UPDATE call_metadata SET \(unsafeSQL: change) WHERE call_id = \(call.id.text)")
        }
      }
    }
    await #expect(throws: PostgresError.self) {
      try await erasing.ending.system {
        try await $0.execute(
          "UPDATE calls SET phone_number = '+919876543210' WHERE call_id = \(call.id.text)")
      }
    }
    await erasing.scene.pool.close()
  }

  @Test func `a store that refuses leaves all as it is, until it works`() async throws {
    let erasing = try await Scene.make()
    let call = try await erasing.talkative()
    let id = try await erasing.ask()
    erasing.ending.store.mood = .refuses
    await #expect(throws: (any Error).self) { try await erasing.eraser().run(id) }
    #expect(try await erasing.call(call.id).recordingAvailable)
    erasing.ending.store.mood = .works
    #expect(try await erasing.eraser().run(id) == nil)
    #expect(try await erasing.erasure(id).erased?.recordings == 1)
    await erasing.scene.pool.close()
  }

  // MARK: What is kept

  @Test func `what a rule keeps is hidden from its merchant, and goes at its time`() async throws {
    let erasing = try await Scene.make()
    let call = try await erasing.talkative()
    let hold = Duration.seconds(30 * 86_400)
    let id = try await erasing.ask { $0.holdUntil = (ErasureScene.now + hold).timestamp }
    let pause = try #require(try await erasing.eraser().run(id))
    #expect(pause > hold - .seconds(60) && pause <= hold)
    let held = try await erasing.call(call.id)
    #expect(held.phoneNumber.isEmpty && held.transcript.isEmpty && !held.recordingAvailable)
    #expect(held.state == .completed && held.metadata == nil)
    #expect(try await erasing.occurrences(of: "Ravi") == ["call_metadata"])
    #expect(try await erasing.occurrences(of: Scene.number) == [])
    let error = await #expect(throws: RPCError.self) {
      _ = try await erasing.ending.heard(call.id)
    }
    #expect(error?.code == .notFound)
    #expect(try await erasing.ending.recording(call.id)?.isEmpty == false)
    // Not even the lifetime of recordings ends it.
    try await erasing.ending.system {
      try await $0.execute("UPDATE calls SET end_time = now() - interval '91 days'")
    }
    #expect(
      try await CallRetention.recordings(
        erasing.ending.recordings, keptFor: .seconds(90 * 86_400)
      ).run(erasing.scene.pool) == 0)
    #expect(try await erasing.eraser(ahead: hold + .seconds(1)).run(id) == nil)
    let gone = try await erasing.erasure(id)
    #expect(gone.erased?.calls == 1 && gone.erased?.recordings == 1 && gone.kept.isEmpty)
    #expect(try await erasing.occurrences(of: "Ravi") == [])
    await erasing.scene.pool.close()
  }

  // MARK: Many

  @Test func `five thousand calls of a number go in small steps, and no other's`() async throws {
    let erasing = try await Scene.make()
    try await erasing.insert(5_000, to: Scene.number)
    try await erasing.insert(500, to: "+919876543211")
    let id = try await erasing.ask()
    var turns = 0
    while let pause = try await erasing.eraser().run(id) {
      #expect(pause == .zero)
      turns += 1
    }
    let done = try await erasing.erasure(id)
    #expect(done.state == .done && done.erased?.calls == 5_000 && turns < 30)
    let left = try await erasing.ending.system {
      try await $0.query("SELECT 1 AS one FROM calls WHERE phone_number IS NOT NULL").count
    }
    #expect(left == 500)
    await erasing.scene.pool.close()
  }

  @Test func `workers at once erase each call once`() async throws {
    let erasing = try await Scene.make()
    try await erasing.insert(200, to: Scene.number)
    let id = try await erasing.ask()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 { group.addTask { _ = try await erasing.eraser().run(id) } }
      try await group.waitForAll()
    }
    let done = try await erasing.erasure(id)
    #expect(done.state == .done && done.erased?.calls == 200)
    let certificates = try await erasing.compliance.listAuditEntries(
      .with { $0.subject = id.text }, erasing.ending.context()
    ).entries.count { $0.kind == "person.erased" }
    #expect(certificates == 1)
    await erasing.scene.pool.close()
  }
}

extension ErasureScene {
  /// Makes a call, with all that is about it, another merchant's.
  fileprivate func giveToRival(_ call: CallID) async throws {
    let agent = AgentID()
    try await ending.system { transaction in
      let rival = try await AccountStore.ensureMerchant(
        name: "Rival", email: "r@example.in", transaction)
      _ = try await AgentStore.insert(
        .with {
          ($0.agentId, $0.name, $0.language) = (agent.text, "Asha", "hi")
          ($0.voiceId, $0.systemPrompt) = ("hi-IN-female-1", "Help.")
        }, merchant: rival, transaction)
      for (table, key) in [
        ("call_metadata", "call_id"), ("call_events", "call_id"), ("event_outbox", "subject"),
        ("webhook_messages", "subject"),
      ] {
        try await transaction.execute(
          """
          UPDATE \(unsafeSQL: table) SET merchant_id = \(rival.text)
          WHERE \(unsafeSQL: key) = \(call.text)
          """)
      }
      try await transaction.execute(
        """
        UPDATE calls SET merchant_id = \(rival.text), agent_id = \(agent.text)
        WHERE call_id = \(call.text)
        """)
    }
  }

  /// Calls that are over, with a transcript each.
  fileprivate func insert(_ count: Int, to number: String) async throws {
    try await ending.system {
      try await $0.execute(
        """
        WITH made AS (
          INSERT INTO calls (call_id, merchant_id, agent_id, direction, phone_number, language,
            state, previous_state, end_time)
          SELECT 'call_' || translate(upper(left(md5(\(number) || n), 26)), 'ILOU', '0000'),
            \(scene.merchant.text), \(scene.agent.text), 'outbound', \(number), 'hi', 'completed',
            'in_progress', now() FROM generate_series(1, \(count)::int) AS n
          RETURNING call_id, merchant_id
        )
        INSERT INTO call_metadata (call_id, merchant_id, transcript)
        SELECT call_id, merchant_id, '[{"text": "Hello."}]' FROM made
        """)
    }
  }
}
