internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
import Testing
internal import VoiceAPI

@testable internal import Calls

@Suite struct CreateCallTests {
  @Test func `the verdict that refused a call is the one that is kept`() async throws {
    let ending = try await EndingScene.make()
    // A moment later the gate would have said yes.
    let gate = ScriptedGate([.block, .allow])
    let error = await #expect(throws: RPCError.self) {
      _ = try await ending.service(gate).createCall(
        .with {
          $0.call = .with {
            $0.agentId = ending.scene.agent.text
            $0.phoneNumber = "+919876543210"
            $0.callerId = "+918047123456"
          }
        }, ending.context())
    }
    #expect(error?.code == .failedPrecondition)
    #expect(gate.left == [.allow] && gate.kept == [.block])
    await ending.scene.pool.close()
  }
}
