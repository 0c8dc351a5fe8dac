import Compliance
import Domain
import Jobs
import Postgres
import Testing
import VoiceAPI

@Suite struct ScrubStoreTests {
  private let listed = "+919876500001"

  private func snapshot(
    _ scene: ComplianceScene, isComplete: Bool = false, _ polarity: ScrubPolarity = .blocked
  ) throws -> ScrubSnapshot {
    try #require(
      ScrubSnapshot(
        by: "JIO", at: scene.clock.now, polarity, isComplete: isComplete,
        importer: "op@example.in"))
  }

  private func numbers(_ text: String) throws -> [ScrubbedNumber] {
    var reader = try ScrubReader(.blocked)
    return try reader.read(Array(text.utf8)) + reader.readLast()
  }

  private func system<Result: Sendable>(
    _ scene: ComplianceScene, _ body: @Sendable (Transaction) async throws -> Result
  ) async throws -> Result {
    try await scene.pool.transaction(tenant: .system, body)
  }

  @Test func `a scrub counts once all of it is there, until it is withdrawn or lapses`()
    async throws
  {
    let scene = try await ComplianceScene.today()
    let scrub = try snapshot(scene)
    let file = [UInt8](repeating: 1, count: 32)
    let open = try await system(scene) {
      try await ScrubStore.begin(scrub, file: file, lines: 3, $0)
    }
    #expect(!open.isReady)
    let (first, second) = (try numbers("\(listed),HEALTH"), try numbers("\(listed),EDUCATION"))
    // Brought twice, as after a crash, and a number twice.
    for part in [first, second, first + second + (try numbers("+919876500002,"))] {
      try await system(scene) { try await ScrubStore.add(part, to: open, $0) }
    }
    #expect(try await scene.refusals(.promotional) == [])
    #expect(try await system(scene) { try await ScrubStore.finish(open, $0) })
    #expect(try await scene.refusals(.promotional) == ["DO_NOT_DISTURB"])
    #expect(try await scene.refusals(.promotional, to: "+919876500003") == [])
    #expect(try await scene.refusals(.service) == [])
    let again = try await system(scene) {
      try await ScrubStore.begin(scrub, file: file, lines: 3, $0)
    }
    #expect(again.isReady && again.id == open.id)
    let kept = try await scene.pool.query(
      "SELECT blocked::integer, encode(number_digest, 'escape') AS digest FROM dnd_numbers")
    #expect(try Set(kept.map { try $0.decode("blocked", as: Int32.self) }) == [12, 255])
    #expect(try kept.allSatisfy { try !$0.decode("digest", as: String.self).contains("98765") })
    scene.clock.advance(seconds: 43_199)
    #expect(try await scene.refusals(.promotional).contains("DO_NOT_DISTURB"))
    scene.clock.advance(seconds: 1)
    #expect(try await !scene.refusals(.promotional).contains("DO_NOT_DISTURB"))
    #expect(try await system(scene) { try await ScrubStore.withdraw(open.id, $0) })
    #expect(try await !system(scene) { try await ScrubStore.withdraw(open.id, $0) })
    _ = try await ScrubStore.retention.run(scene.pool)
    let left = try await scene.pool.query(
      "SELECT 1 AS one FROM dnd_numbers UNION ALL SELECT 1 FROM dnd_snapshots")
    #expect(left.isEmpty)
    await scene.pool.close()
  }

  @Test func `a file that was not brought whole is brought anew`() async throws {
    let scene = try await ComplianceScene.today()
    let scrub = try snapshot(scene)
    let file = [UInt8](repeating: 1, count: 32)
    func begin() async throws -> OpenScrub {
      try await system(scene) { try await ScrubStore.begin(scrub, file: file, lines: 1, $0) }
    }
    // What another reading of a file brought that had changed meanwhile.
    let first = try await begin()
    let foreign = try numbers("\(listed),")
    try await system(scene) { try await ScrubStore.add(foreign, to: first, $0) }
    let second = try await begin()
    #expect(second.id != first.id && !second.isReady)
    let own = try numbers("+919876500002,")
    try await system(scene) { try await ScrubStore.add(own, to: second, $0) }
    #expect(try await system(scene) { try await ScrubStore.finish(second, $0) })
    #expect(try await !system(scene) { try await ScrubStore.finish(first, $0) })
    #expect(try await scene.refusals(.promotional) == [])
    #expect(try await scene.refusals(.promotional, to: "+919876500002") == ["DO_NOT_DISTURB"])
    await scene.pool.close()
  }

  @Test func `what several snapshots say is heard, and one run deletes all that lapsed`()
    async throws
  {
    let scene = try await ComplianceScene.today()
    var ids: [Int64] = []
    for last in 1...3 {
      let scrub = try snapshot(scene)
      let open = try await system(scene) {
        try await ScrubStore.begin(
          scrub, file: [UInt8](repeating: UInt8(last), count: 32), lines: 1, $0)
      }
      let numbers = try numbers("+91987650000\(last),")
      try await system(scene) { try await ScrubStore.add(numbers, to: open, $0) }
      #expect(try await system(scene) { try await ScrubStore.finish(open, $0) })
      ids.append(open.id)
    }
    for last in 1...4 {
      let refusals = try await scene.refusals(.promotional, to: "+91987650000\(last)")
      #expect(refusals == (last < 4 ? ["DO_NOT_DISTURB"] : []))
    }
    for id in ids { _ = try await system(scene) { try await ScrubStore.withdraw(id, $0) } }
    #expect(try await ScrubStore.retention.run(scene.pool) == 3)
    #expect(try await scene.pool.query("SELECT 1 AS one FROM dnd_snapshots").isEmpty)
    await scene.pool.close()
  }

  @Test func `a file with other options is another snapshot, and none that holds is deleted`()
    async throws
  {
    let scene = try await ComplianceScene.today()
    let file = [UInt8](repeating: 1, count: 32)
    var ids: Set<Int64> = []
    for scrub in [
      try snapshot(scene), try snapshot(scene, isComplete: true), try snapshot(scene, .allowed),
    ] {
      let open = try await system(scene) {
        try await ScrubStore.begin(scrub, file: file, lines: 1, $0)
      }
      ids.insert(open.id)
    }
    #expect(ids.count == 3)
    _ = try await ScrubStore.retention.run(scene.pool)
    #expect(try await system(scene) { try await ScrubStore.listed($0) }.count == 3)
    await scene.pool.close()
  }
}
