internal import Agents
internal import Domain
internal import Jobs
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import Speech
internal import Synchronization
import Testing
internal import VoiceAPI

@testable internal import Calls

/// A carrier at which placing a call fails as often as it has errors, and that knows a call when told.
private final class ScriptedCarrier: Carrier {
  private struct State {
    var errors: [SpeechError] = []
    var known: CarrierCall?
    var asked: [Int64] = []
    var placed: [PlaceCallRequest] = []
  }

  private let state = Mutex(State())

  init(errors: [SpeechError] = [], known: CarrierCall? = nil) {
    state.withLock { ($0.errors, $0.known) = (errors, known) }
  }

  /// From when on it was asked for a call.
  var asked: [Int64] { state.withLock { $0.asked } }
  var placed: [PlaceCallRequest] { state.withLock { $0.placed } }

  func placeCall(_ request: PlaceCallRequest) async throws -> CarrierCallID {
    try state.withLock { state in
      if let error = state.errors.first {
        state.errors.removeFirst()
        throw error
      }
      state.placed.append(request)
      return CarrierCallID(rawValue: "sid")
    }
  }

  func fetchCall(_ id: CarrierCallID) async throws -> CarrierCall? { nil }

  func findCall(callID: String, to number: String, since: Int64) async throws -> CarrierCall? {
    state.withLock { state in
      state.asked.append(since)
      return state.known
    }
  }
}

struct NoCallbacks: CarrierCallbacks {
  func statusCallbackURL(base: String, callID: String) -> String { base }

  func verify(
    _ request: CarrierCallbackRequest
  ) throws(CarrierCallbackRefusal) -> VerifiedCarrierEvent { throw .unauthenticated }
}

@Suite struct DialerTests {
  private static let outage = SpeechError(.transient, "the carrier is down")

  private func dialer(
    _ ending: EndingScene, _ carrier: ScriptedCarrier, _ gate: ScriptedGate
  ) -> Dialer {
    Dialer(
      pool: ending.scene.pool, jobs: JobQueue(), carrier: carrier, callbacks: NoCallbacks(),
      agents: StoredAgents(), admission: gate, settings: ending.settings)
  }

  /// A call that waits, with the agent's version that the scene has.
  private func queued(_ ending: EndingScene) async throws -> CallRecord {
    try await ending.scene.insert(ending.scene.call())
  }

  @Test func `a call that the gate refuses is blocked, and the carrier hears nothing of it`()
    async throws
  {
    let ending = try await EndingScene.make()
    let call = try await queued(ending)
    let carrier = ScriptedCarrier()
    try await dialer(ending, carrier, ScriptedGate([.block])).dial(call.id, isLastAttempt: false)
    let found = try await ending.find(call.id)
    #expect(found.state == .blocked && found.endReason == "compliance")
    #expect(carrier.placed.isEmpty && carrier.asked.isEmpty)
    await ending.scene.pool.close()
  }

  @Test(arguments: [true, false])
  func `the gate is asked before each attempt to place a call`(allows: Bool) async throws {
    let ending = try await EndingScene.make()
    let call = try await queued(ending)
    let carrier = ScriptedCarrier(errors: [Self.outage])
    let gate = ScriptedGate([.allow, allows ? .allow : .block])
    let dialer = dialer(ending, carrier, gate)
    await #expect(throws: Self.outage) { try await dialer.dial(call.id, isLastAttempt: false) }
    #expect(try await ending.find(call.id).state == .dialing)
    try await dialer.dial(call.id, isLastAttempt: false)
    let found = try await ending.find(call.id)
    #expect(found.state == (allows ? .dialing : .failed))
    #expect(found.endReason == (allows ? "" : "compliance"))
    #expect(carrier.placed.count == (allows ? 1 : 0) && gate.left.isEmpty)
    try await dialer.dial(call.id, isLastAttempt: false)
    await ending.scene.pool.close()
  }

  @Test func `a call whose agent went is not placed at another attempt`() async throws {
    let ending = try await EndingScene.make()
    let call = try await queued(ending)
    let carrier = ScriptedCarrier(errors: [Self.outage])
    let dialer = dialer(ending, carrier, ScriptedGate([.allow]))
    await #expect(throws: Self.outage) { try await dialer.dial(call.id, isLastAttempt: false) }
    try await ending.system {
      try await $0.execute("UPDATE agents SET state = 'deleted'")
    }
    try await dialer.dial(call.id, isLastAttempt: false)
    let found = try await ending.find(call.id)
    #expect(found.state == .failed && found.endReason == "agent_deleted" && carrier.placed.isEmpty)
    await ending.scene.pool.close()
  }

  @Test func `a call that was ended meanwhile is not placed`() async throws {
    let ending = try await EndingScene.make()
    let call = try await queued(ending)
    let carrier = ScriptedCarrier(errors: [Self.outage])
    let dialer = dialer(ending, carrier, ScriptedGate([.allow]))
    await #expect(throws: Self.outage) { try await dialer.dial(call.id, isLastAttempt: false) }
    try await ending.system {
      try await CallStore.move(call.id, to: .canceled, reason: "requested", $0)
    }
    try await dialer.dial(call.id, isLastAttempt: false)
    #expect(try await ending.find(call.id).state == .canceled && carrier.placed.isEmpty)
    await ending.scene.pool.close()
  }

  @Test func `before a second attempt to dial, the carrier is asked from the first one on`()
    async throws
  {
    let ending = try await EndingScene.make()
    let call = try await ending.dialed()
    let carrier = ScriptedCarrier(
      known: CarrierCall(id: CarrierCallID(rawValue: "known"), status: .ringing))
    // It rings already: the gate has nothing to say any more.
    try await dialer(ending, carrier, ScriptedGate([])).dial(call.id, isLastAttempt: true)
    #expect(carrier.asked == [call.carrierKnowsSince] && carrier.placed.isEmpty)
    #expect(call.dialTime.map { $0.seconds - 60 } == call.carrierKnowsSince)
    #expect(try await ending.find(call.id).carrierID == "known")
    await ending.scene.pool.close()
  }

  @Test func `an attempt that comes too late for its call to be over in time dials nothing`()
    async throws
  {
    let ending = try await EndingScene.make()
    let call = try await ending.dialed()
    let carrier = ScriptedCarrier()
    let gate = ScriptedGate([.allow], end: WallClock.now + .seconds(100))
    try await dialer(ending, carrier, gate).dial(call.id, isLastAttempt: false)
    let found = try await ending.find(call.id)
    #expect(found.state == .failed && found.endReason == "compliance" && carrier.placed.isEmpty)
    await ending.scene.pool.close()
  }
}
