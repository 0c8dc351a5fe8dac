internal import Domain
internal import Jobs
internal import Objects
internal import Postgres
internal import Protobuf
internal import RPCCore
import Testing
internal import VoiceAPI

@testable internal import Calls

@Suite struct CallRetentionTests {
  /// One run with recordings kept for ninety days; how many are gone.
  private func run(_ ending: EndingScene) async throws -> Int {
    try await CallRetention.recordings(ending.recordings, keptFor: .seconds(90 * 86_400))
      .run(ending.scene.pool)
  }

  @Test func `a recording goes with its key when its time is over, and what was said stays`()
    async throws
  {
    let ending = try await EndingScene.make()
    let old = try await ending.ended(days: 91)
    let young = try await ending.ended(days: 89)
    #expect(try await run(ending) == 1)
    #expect(try await run(ending) == 0)
    #expect(ending.store.keys.count == 1)
    #expect(try await ending.recording(young.id)?.isEmpty == false)
    let keyed = try await ending.system {
      try await $0.query("SELECT FROM call_metadata WHERE recording_key IS NOT NULL").count
    }
    #expect(keyed == 1)
    let service = ending.service()
    let error = await #expect(throws: RPCError.self) {
      _ = try await ending.heard(old.id)
    }
    #expect(error?.code == .notFound)
    let call = try await service.getCall(.with { $0.callId = old.id.text }, ending.context())
    #expect(!call.recordingAvailable)
    #expect(call.transcript.map(\.text) == ["Hello."])
    await ending.scene.pool.close()
  }

  @Test func `an object that is gone already is no hindrance`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.ended(days: 91)
    for key in ending.store.keys { try await ending.store.delete(try #require(ObjectKey(key))) }
    #expect(try await run(ending) == 1)
    let found = try await ending.system { try await CallMetadataStore.recording(of: call.id, $0) }
    #expect(found == nil)
    await ending.scene.pool.close()
  }

  @Test func `what the store refuses to delete is still known, and goes later`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.ended(days: 91)
    ending.store.mood = .refuses
    #expect(try await run(ending) == 0)
    #expect(try await ending.recording(call.id)?.isEmpty == false)
    ending.store.mood = .works
    #expect(try await run(ending) == 1)
    #expect(ending.store.keys.isEmpty)
    await ending.scene.pool.close()
  }

  @Test func `a run goes on after a full batch, past what somebody else holds`() async throws {
    let ending = try await EndingScene.make()
    let (scene, count) = (ending.scene, 2 * CallRetention.batch + 3)
    var calls: [CallID] = []
    for _ in 0..<count { calls.append(try await scene.insert(scene.call(in: .inProgress)).id) }
    let held = calls[0]
    try await ending.system { [calls] transaction in
      for call in calls {
        try await CallMetadataStore.setRecording(
          call, url: "r/\(call.text)", wrappedKey: [1], transaction)
      }
      try await transaction.execute(
        """
        UPDATE calls SET previous_state = state, state = 'completed',
          end_time = now() - interval '91 days'
        """)
    }
    try await ending.system {
      try await $0.execute(
        "SELECT FROM call_metadata WHERE call_id = \(held.text) FOR UPDATE")
      #expect(try await run(ending) == count - 1)
    }
    #expect(try await run(ending) == 1)
    await scene.pool.close()
  }

  /// A call of an agent of that purpose, by its version or by its draft, that ended so many days before.
  private func call(
    for purpose: String, isPublished: Bool = true, days: Int, before now: Moment,
    _ ending: EndingScene
  ) async throws -> CallID {
    let call = try await ending.ended()
    try await ending.system { transaction in
      let config = #"{"purpose":"CALL_PURPOSE_\#(purpose)"}"#
      if isPublished {
        try await transaction.execute(
          """
          INSERT INTO agent_versions (agent_id, version, merchant_id, config)
          SELECT agent_id, coalesce((SELECT max(version) FROM agent_versions), 0) + 1, merchant_id,
            \(config)::jsonb
          FROM agents
          """)
      } else {
        try await transaction.execute("UPDATE agents SET config = \(config)::jsonb")
      }
      try await transaction.execute(
        """
        UPDATE calls SET end_time = \(now - .seconds(Int64(days) * 86_400)), answer_time = NULL,
          agent_version = (SELECT max(version) FROM agent_versions WHERE \(isPublished))
        WHERE call_id = \(call.id.text)
        """)
    }
    return call.id
  }

  @Test func `recordings of recovery are kept for six months from 2027 on, and hinder no others`()
    async throws
  {
    let ending = try await EndingScene.make()
    func run(at now: Moment, days: Int64 = 90) async throws -> [Bool] {
      _ = try await CallRetention.recordings(
        ending.recordings, keptFor: .seconds(days * 86_400), now: { now }
      ).run(ending.scene.pool)
      var isThere: [Bool] = []
      for id in calls { isThere.append(try await ending.recording(id) != nil) }
      return isThere
    }
    let now = IndianTime.midnight(2027, 4, 3)
    let calls = [
      try await call(for: "RECOVERY", days: 91, before: now, ending),
      try await call(for: "RECOVERY", days: 181, before: now, ending),
      try await call(for: "SERVICE", days: 91, before: now, ending),
      try await call(for: "RECOVERY", days: 89, before: now, ending),
      try await call(for: "RECOVERY", isPublished: false, days: 179, before: now, ending),
    ]
    #expect(try await run(at: now) == [true, false, false, true, true])
    #expect(try await run(at: now) == [true, false, false, true, true])
    let later = now + .seconds(89 * 86_400)
    #expect(try await run(at: later) == [false, false, false, true, false])
    // As long as the setting says, where that is longer.
    #expect(try await run(at: later + .seconds(20 * 86_400), days: 400)[3])
    #expect(try await !run(at: later + .seconds(20 * 86_400))[3])
    await ending.scene.pool.close()
  }

  @Test func `before the law recordings of recovery go as all do`() async throws {
    let ending = try await EndingScene.make()
    let now = RecoveryRecording.effectiveFrom - .seconds(1)
    let id = try await call(for: "RECOVERY", days: 91, before: now, ending)
    _ = try await CallRetention.recordings(
      ending.recordings, keptFor: .seconds(90 * 86_400), now: { now }
    ).run(ending.scene.pool)
    #expect(try await ending.recording(id) == nil)
    await ending.scene.pool.close()
  }

  @Test func `a call that goes on keeps its recording however long it lasts`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk(isRecorded: false)
    try await ending.system {
      try await CallMetadataStore.setRecording(call.id, url: "r/1", wrappedKey: [1], $0)
      try await $0.execute("UPDATE calls SET create_time = now() - interval '91 days'")
    }
    #expect(try await run(ending) == 0)
    await ending.scene.pool.close()
  }

  @Test func `who read a call is forgotten when its time is over, not before`() async throws {
    let scene = try await Scene.make()
    try await scene.pool.transaction(tenant: .system) {
      _ = try await $0.execute(
        """
        INSERT INTO call_access (merchant_id, call_id, principal, what, outcome, time)
        SELECT \(scene.merchant.text), 'call', 'k', 'recording', 'OK',
          now() - make_interval(days => days) FROM unnest(ARRAY[402, 401, 399, 0]) AS days
        """)
    }
    let retention = CallRetention.access(keptFor: .seconds(400 * 86_400))
    #expect(try await retention.run(scene.pool) == 2)
    #expect(try await retention.run(scene.pool) == 0)
    await scene.pool.close()
  }
}
