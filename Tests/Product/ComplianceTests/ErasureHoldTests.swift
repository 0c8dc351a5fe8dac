import Domain
import Postgres
import Protobuf
import Schema
import Testing
import VoiceAPI

@testable import Compliance

/// What is kept in spite of an erasure, when more is asked for while it runs, and when it fails.
@Suite struct ErasureHoldTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  private static let day = Duration.seconds(86_400)

  /// Asks for the person's erasure, or for the one that runs, with an order for so many days.
  private func erase(_ scene: Scene, hold days: Int) async throws -> V1.Erasure {
    let until = scene.clock.now + Self.day * days
    return try await scene.erase { $0.holdUntil = until.timestamp }
  }

  /// For how many days from now on which rules keep how many calls.
  private func kept(_ erasure: V1.Erasure, _ scene: Scene) async throws -> [String] {
    try await scene.erasure(erasure).kept.map { kept in
      let seconds = (kept.until?.seconds ?? 0) - scene.clock.now.seconds
      return "\(kept.rule) \(kept.calls) \(seconds / 86_400)"
    }
  }

  private func kinds(_ erasure: V1.Erasure, _ scene: Scene) async throws -> [String] {
    try await scene.audit(subject: erasure.erasureId).map(\.kind)
  }

  @Test func `an order that comes while an erasure runs keeps what is still there`() async throws {
    let scene = try await Scene.make()
    scene.calls.add(2, of: scene.person(), ended: scene.clock.now)
    scene.calls.setOpen(1, of: scene.person())
    let erasure = try await scene.erase()
    #expect(try await scene.run(erasure) == .seconds(15))
    scene.calls.add(3, of: scene.person(), ended: scene.clock.now)
    #expect(try await erase(scene, hold: 30).erasureId == erasure.erasureId)
    scene.calls.setOpen(0, of: scene.person())
    #expect(try await scene.run(erasure) == Self.day * 30)
    let done = try await scene.erasure(erasure)
    #expect(done.state == .done && done.erased?.calls == 2)
    #expect(try await kept(erasure, scene) == ["LEGAL_HOLD 3 30"])
    #expect(
      try await kinds(erasure, scene) == ["erasure.created", "erasure.extended", "person.erased"])
    await scene.pool.close()
  }

  @Test func `what is held already is held as long as a later order says`() async throws {
    let scene = try await Scene.make()
    scene.calls.add(60, of: scene.person(), ended: scene.clock.now)
    scene.calls.setOpen(1, of: scene.person())
    let erasure = try await erase(scene, hold: 10)
    #expect(try await scene.run(erasure) == .seconds(15))
    #expect(try await kept(erasure, scene) == ["LEGAL_HOLD 60 10"])
    _ = try await erase(scene, hold: 30)
    #expect(try await scene.run(erasure) == .seconds(15))
    #expect(try await kept(erasure, scene) == ["LEGAL_HOLD 60 30"])
    // One that says less changes nothing.
    _ = try await erase(scene, hold: 20)
    _ = try await scene.erase()
    #expect(try await scene.run(erasure) == .seconds(15))
    #expect(try await kept(erasure, scene) == ["LEGAL_HOLD 60 30"])
    #expect(try await kinds(erasure, scene) == ["erasure.created", "erasure.extended"])
    await scene.pool.close()
  }

  @Test func `calls are of recovery from when a request says so`() async throws {
    let scene = try await Scene.make()
    // 2027-01-12.
    scene.clock.advance(days: 50)
    scene.calls.add(1, of: scene.person(), ended: scene.clock.now)
    let erasure = try await scene.erase()
    _ = try await scene.erase { $0.recoveryCalls = true }
    #expect(try await scene.run(erasure) == Self.day * 180)
    #expect(try await kept(erasure, scene) == ["RBI_RECOVERY_RECORDING 1 180"])
    await scene.pool.close()
  }

  @Test func `an order that came as the erasure ended is heard before anything goes`()
    async throws
  {
    let scene = try await Scene.make()
    scene.calls.add(1, of: scene.person(), ended: scene.clock.now)
    let erasure = try await erase(scene, hold: 10)
    #expect(try await scene.run(erasure) == Self.day * 10)
    try await scene.system {
      try await $0.execute("UPDATE erasures SET hold_until = hold_until + interval '20 days'")
    }
    scene.clock.advance(days: 10)
    #expect(try await scene.run(erasure) == Self.day * 20)
    #expect(scene.calls.erased.isEmpty)
    scene.clock.advance(days: 20)
    #expect(try await scene.run(erasure) == nil)
    #expect(scene.calls.erased.count == 1)
    await scene.pool.close()
  }

  @Test func `what was held when an erasure failed goes at its time`() async throws {
    let scene = try await Scene.make()
    scene.calls.add(2, of: scene.person(), ended: scene.clock.now)
    scene.calls.setOpen(1, of: scene.person())
    let erasure = try await erase(scene, hold: 10)
    #expect(try await scene.run(erasure) == .seconds(15))
    scene.clock.advance(seconds: 4 * 3_600)
    #expect(try await scene.run(erasure) == nil)
    #expect(try await scene.erasure(erasure).state == .failed)
    try await scene.system { try await $0.execute("DELETE FROM jobs") }
    func jobs() async throws -> Int {
      try await scene.eraser.takeUpOverdue()
      return try await scene.system { try await $0.query("SELECT FROM jobs").count }
    }
    #expect(try await jobs() == 0)
    scene.clock.advance(days: 10)
    #expect(try await jobs() == 1)
    #expect(try await jobs() == 1)
    try await scene.work(attempt: 1)
    let over = try await scene.erasure(erasure)
    #expect(over.state == .failed && over.kept.isEmpty && over.erased?.calls == 2)
    #expect(scene.calls.erased.count == 2 && scene.calls.held.isEmpty)
    #expect(try await kinds(erasure, scene) == ["erasure.created"])
    await scene.pool.close()
  }
}
