internal import Domain
internal import Postgres
import Testing
internal import VoiceAPI

@testable internal import Webhooks

@Suite struct MessageErasureTests {
  @Test func `messages and events about a subject go, with their deliveries`() async throws {
    let scene = try await WebhookScene.make()
    let endpoint = try await scene.endpoint()
    for subject in ["call_1", "call_2"] {
      try await scene.run { try await scene.append(.callQueued, subject: subject, $0) }
    }
    #expect(try await scene.relay() == 2)
    try await scene.run { try await scene.append(.callCompleted, subject: "call_1", $0) }
    let stranger = try await WebhookScene.addMerchant(scene.pool)
    let erasure = MessageErasure()
    #expect(
      try await scene.run { try await erasure.erase(about: ["call_1"], of: stranger, $0) } == 0)
    let gone = try await scene.run {
      try await erasure.erase(about: ["call_1", "call_3"], of: scene.merchant, $0)
    }
    #expect(gone == 2)
    #expect(try await scene.relay() == 0)
    #expect(try await scene.log(endpoint).map(\.eventType) == ["call.queued"])
    #expect(try await scene.deliver() == 2)
    #expect(scene.receiver.requests.count == 1)
    await scene.pool.close()
  }
}
