internal import Domain
internal import Postgres
internal import Protobuf
internal import Speech
import Testing
internal import VoiceAPI

@testable internal import Calls

@Suite struct CallbackTests {
  private static let over = CarrierStatusEvent(
    id: CarrierCallID(rawValue: "sid"), kind: .terminal, status: .completed,
    deduplicationKey: "")

  @Test func `a call of a dead process is left to the reaper, and keeps its transcript`()
    async throws
  {
    let ending = try await EndingScene.make()
    let call = try await ending.talk(isRecorded: false)
    try await ending.system {
      try await CallEventStore.append(
        .transcript(.with { $0.text = "Hello." }), to: call, $0)
      try await $0.execute(
        """
        UPDATE calls SET answer_time = now() - interval '1 hour',
          lease_until = now() - interval '50 minutes'
        WHERE call_id = \(call.id.text)
        """)
    }
    try await ending.system { try await CallbackService.apply(Self.over, to: call.id, $0) }
    #expect(try await ending.find(call.id).state == .inProgress)
    let taken = try await ending.system {
      try await CallLease.takeExpired(owner: "reaper", except: [], $0)
    }
    await ending.finisher.finish(try #require(taken.first), .abandoned, on: ending.loop)
    let ended = try await ending.find(call.id)
    #expect(ended.state == .failed && ended.duration == .seconds(580))
    #expect(ended.costTelephony == Pricing().telephony(.seconds(580)))
    #expect(try await ending.news(.callTranscriptReady, of: call.id) == 1)
    await ending.scene.pool.close()
  }

  @Test func `a call that nobody answered ends as the carrier says`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.dialed()
    try await ending.system { try await CallbackService.apply(Self.over, to: call.id, $0) }
    #expect(try await ending.find(call.id).state == .completed)
    await ending.scene.pool.close()
  }
}
