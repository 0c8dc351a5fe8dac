internal import Agents
internal import Domain
internal import EventLoop
internal import Jobs
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import Speech
internal import Synchronization
import Testing
internal import VoiceAPI

@testable internal import Calls

@Suite struct CarrierPauseTests {
  private func at(_ seconds: Double) -> LoopInstant {
    LoopInstant(nanoseconds: 0).advanced(by: .seconds(seconds))
  }

  @Test func `nobody waits before a call was refused, and after the pause`() {
    var pause = CarrierPause()
    #expect(pause.wait(at: at(0)) == nil)
    #expect(pause.refused(at: at(0), asked: .seconds(7)) == .seconds(7))
    #expect(pause.wait(at: at(6.9)) != nil)
    #expect(pause.wait(at: at(7)) == nil)
  }

  @Test func `calls that wait come back one after the other`() {
    var pause = CarrierPause()
    _ = pause.refused(at: at(0), asked: .seconds(2))
    let waits = (0..<40).map { _ in pause.wait(at: at(1)) ?? .zero }
    #expect(waits[0] == .milliseconds(1_300) && waits[1] == .milliseconds(1_600))
    #expect(waits.allSatisfy { $0 >= .seconds(1) && $0 < .seconds(11) })
  }

  @Test func `each refusal after a pause makes the next longer, until a call is taken`() {
    var pause = CarrierPause()
    var now = 0.0
    var lengths: [Duration] = []
    for _ in 0..<8 {
      let length = pause.refused(at: at(now), asked: nil)
      lengths.append(length)
      now += Double(length.components.seconds)
    }
    #expect(lengths == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
    pause.taken()
    #expect(pause.refused(at: at(now), asked: nil) == .seconds(1))
  }

  @Test func `a refusal within a pause does what the carrier asks, and no more`() {
    var pause = CarrierPause()
    #expect(pause.refused(at: at(0), asked: nil) == .seconds(1))
    #expect(pause.refused(at: at(0.5), asked: nil) == .milliseconds(500))
    #expect(pause.refused(at: at(0.5), asked: .seconds(3)) == .seconds(3))
    #expect(pause.refused(at: at(3.5), asked: nil) == .seconds(2))
    #expect(pause.refused(at: at(6), asked: .seconds(86_400)) == .seconds(60))
  }
}

/// A carrier that knows no call and refuses each with this.
private final class RefusingCarrier: Carrier {
  let error: SpeechError
  private let count = Mutex(0)
  var placed: Int { count.withLock { $0 } }

  init(_ error: SpeechError) { self.error = error }

  func placeCall(_ request: PlaceCallRequest) async throws -> CarrierCallID {
    count.withLock { $0 += 1 }
    throw error
  }

  func fetchCall(_ id: CarrierCallID) async throws -> CarrierCall? { nil }

  func findCall(callID: String, to number: String, since: Int64) async throws -> CarrierCall? {
    nil
  }
}

@Suite struct PacedDialerTests {
  private static let limit = SpeechError(.quota, "429", retryAfter: .seconds(30))

  private func dialer(_ ending: EndingScene, _ carrier: any Carrier) -> Dialer {
    Dialer(
      pool: ending.scene.pool, jobs: JobQueue(), carrier: carrier, callbacks: NoCallbacks(),
      agents: StoredAgents(), admission: ScriptedGate(Array(repeating: .allow, count: 9)),
      settings: ending.settings)
  }

  private func wait(_ attempt: () async throws -> Void) async throws -> Duration {
    do {
      try await attempt()
    } catch JobControl.snooze(let pause) {
      return pause
    }
    Issue.record("the job was not put off")
    return .zero
  }

  @Test func `a carrier's limit holds up all calls, and costs none of them an attempt`()
    async throws
  {
    let ending = try await EndingScene.make()
    let (tried, next) = (
      try await ending.dialed(), try await ending.scene.insert(ending.scene.call())
    )
    let carrier = RefusingCarrier(Self.limit)
    let dialer = dialer(ending, carrier)
    #expect(
      try await wait { try await dialer.attempt(tried.id, isLastAttempt: false) } > .seconds(29))
    #expect(
      try await wait { try await dialer.attempt(next.id, isLastAttempt: false) } > .seconds(29))
    #expect(carrier.placed == 1)
    #expect(try await ending.find(tried.id).state == .dialing)
    #expect(try await ending.find(next.id).state == .queued)
    await ending.scene.pool.close()
  }

  @Test(arguments: [limit, SpeechError(.transient, "503")])
  func `half an hour after its first attempt a call is tried no more`(error: SpeechError)
    async throws
  {
    let ending = try await EndingScene.make()
    let call = try await ending.dialed()
    try await ending.system {
      try await $0.execute(
        """
        UPDATE calls SET dial_time = now() - interval '31 minutes'
        WHERE call_id = \(call.id.text)
        """)
    }
    try await dialer(ending, RefusingCarrier(error)).attempt(call.id, isLastAttempt: false)
    let found = try await ending.find(call.id)
    #expect(found.state == .failed && found.endReason == "carrier_error")
    await ending.scene.pool.close()
  }

  @Test func `a call that the carrier has not taken is its job's, not the reaper's`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.dialed()
    func unanswered() async throws -> [CallID] {
      try await ending.system {
        try await $0.execute("UPDATE calls SET look_time = now()")
        return try await CallStore.takeUnanswered(owner: "test", $0).map(\.id)
      }
    }
    let dialer = dialer(ending, RefusingCarrier(Self.limit))
    try await ending.system { try await dialer.enqueue(call, $0) }
    #expect(try await unanswered() == [])
    try await ending.system { try await CallStore.setCarrierID("sid", of: call.id, $0) }
    #expect(try await unanswered() == [call.id])
    try await ending.system {
      try await $0.execute("UPDATE calls SET carrier_id = NULL WHERE call_id = \(call.id.text)")
      try await $0.execute("UPDATE jobs SET state = 'done', finished_at = now()")
    }
    #expect(try await unanswered() == [call.id])
    await ending.scene.pool.close()
  }
}
