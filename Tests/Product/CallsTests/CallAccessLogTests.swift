internal import Domain
internal import Objects
internal import Postgres
internal import Protobuf
internal import RPCCore
import Schema
internal import Synchronization
import Testing
internal import VoiceAPI

@testable internal import Calls

/// A time of day that is set.
private final class SetClock: Sendable {
  private let moment = Mutex(Moment(seconds: 3_600 * 500_000))

  var now: Moment { moment.withLock { $0 } }

  func advance(by duration: Duration) { moment.withLock { $0 = $0 + duration } }
}

@Suite struct CallAccessLogTests {
  typealias V1 = Payaid.Voice.V1

  /// Has the database refuse every entry, or take them again.
  private func rename(_ table: String, to name: String, _ ending: EndingScene) async throws {
    try await ending.scene.pool.execute(
      "ALTER TABLE \(unsafeSQL: table) RENAME TO \(unsafeSQL: name)")
  }

  @Test func `each attempt to read a recording is written down, also of one that is missing`()
    async throws
  {
    let ending = try await EndingScene.make()
    let (call, bare) = (try await ending.ended(), try await ending.ended(isRecorded: false))
    for key in ["key_a", "key_b", "key_a"] {
      #expect(try await !ending.heard(call.id, ending.context(key)).isEmpty)
    }
    await #expect(throws: RPCError.self) {
      _ = try await ending.heard(bare.id)
    }
    #expect(
      try await ending.readings(of: call.id)
        == ["key_a recording OK", "key_b recording OK", "key_a recording OK"])
    #expect(try await ending.readings(of: bare.id) == ["key_a recording NOT_FOUND"])
    await ending.scene.pool.close()
  }

  @Test func `another merchant leaves no trace in a call it may not see`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.ended()
    let stranger = MerchantID()
    let error = await #expect(throws: RPCError.self) {
      _ = try await ending.heard(call.id, ending.context(of: stranger))
    }
    #expect(error?.code == .notFound)
    #expect(try await ending.readings(of: call.id).isEmpty)
    await ending.scene.pool.close()
  }

  @Test func `a recording that is lost is no missing one`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.ended()
    for key in ending.store.keys { try await ending.store.delete(try #require(ObjectKey(key))) }
    await #expect(throws: ObjectError.self) {
      _ = try await ending.heard(call.id)
    }
    await ending.scene.pool.close()
  }

  @Test func `what cannot be written down keeps recordings closed, and calls open`() async throws {
    let ending = try await EndingScene.make()
    let service = ending.service()
    let call = try await ending.ended()
    try await rename("call_access", to: "away", ending)
    await #expect(throws: PostgresError.self) {
      _ = try await ending.heard(call.id)
    }
    let read = try await service.getCall(.with { $0.callId = call.id.text }, ending.context())
    #expect(read.transcript.count == 1)
    try await rename("away", to: "call_access", ending)
    _ = try await service.getCall(.with { $0.callId = call.id.text }, ending.context())
    #expect(try await ending.readings(of: call.id) == ["key_a call OK"])
    await ending.scene.pool.close()
  }

  @Test func `a call is written down as read when its answer has a transcript`() async throws {
    let ending = try await EndingScene.make()
    let service = ending.service()
    let (call, silent) = (try await ending.ended(), try await ending.talk(isRecorded: false))
    for id in [call.id, silent.id] {
      _ = try await service.getCall(.with { $0.callId = id.text }, ending.context())
    }
    #expect(try await ending.readings(of: call.id) == ["key_a call OK"])
    #expect(try await ending.readings(of: silent.id).isEmpty)
    await ending.scene.pool.close()
  }

  @Test(arguments: [(0, ["key_a watch OK"]), (1, [])] as [(Int64, [String])])
  func `a call is written down as watched when a line of it was sent`(
    after: Int64, readings: [String]
  ) async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk(isRecorded: false)
    try await ending.system {
      try await CallEventStore.append(.transcript(.with { $0.text = "Hello." }), to: call, $0)
    }
    await ending.finisher.finish(call, ending.hungUp(), on: ending.loop)
    let kept = KeptMessages()
    let codec = MessageCodec<V1.CallEvent>(
      decode: { try V1.CallEvent(serializedBytes: $0) }, encode: { try $0.serializedBytes() })
    let request = V1.WatchCallRequest.with {
      $0.callId = call.id.text
      $0.afterSequence = after
    }
    try await ending.service().watchCall(
      request, Outbound(port: kept, codec: codec), ending.context())
    #expect(kept.all.count == 2 - Int(after))
    #expect(try await ending.readings(of: call.id) == readings)
    await ending.scene.pool.close()
  }

  @Test func `a transcript is one entry for each caller, way and hour, whichever process is asked`()
    async throws
  {
    let ending = try await EndingScene.make()
    let (clock, call) = (SetClock(), CallID())
    let logs = (0..<2).map { _ in CallAccessLog(pool: ending.scene.pool, now: { clock.now }) }
    let callers = ["key_a", "key_b"].map { Caller(merchant: ending.scene.merchant, principal: $0) }
    for _ in 0..<2 {
      for log in logs {
        for caller in callers {
          for what in [CallAccessLog.What.call, .watch] {
            await log.noteTranscript(of: call.text, caller, what)
          }
        }
      }
      clock.advance(by: .seconds(1_700))
    }
    let first = ["key_a call OK", "key_a watch OK", "key_b call OK", "key_b watch OK"]
    #expect(try await ending.readings(of: call) == first)
    clock.advance(by: .seconds(200))
    await logs[0].noteTranscript(of: call.text, callers[0], .call)
    #expect(try await ending.readings(of: call) == first + ["key_a call OK"])
    await ending.scene.pool.close()
  }

  @Test func `an entry cannot be changed`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.ended()
    _ = try await ending.service().getCall(.with { $0.callId = call.id.text }, ending.context())
    let error = await #expect(throws: PostgresError.self) {
      try await ending.system { try await $0.execute("UPDATE call_access SET principal = 'x'") }
    }
    #expect(error?.sqlState?.code == "23001")
    await ending.scene.pool.close()
  }
}
