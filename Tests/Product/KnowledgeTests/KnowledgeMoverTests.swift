import Domain
import Jobs
import Postgres
import Protobuf
import Speech
import Synchronization
import Testing
import VoiceAPI

@testable import Knowledge

@Suite struct KnowledgeMoverTests {
  private static let texts = [
    "returns take seven days", "shops open at nine", "delivery costs forty rupees",
  ]

  /// An agent with three documents found by one model, while another one is wanted.
  private static func scene(index: MemoryIndex? = nil) async throws -> KnowledgeScene {
    let scene = try await KnowledgeScene.make(index: index)
    for text in texts { try await scene.add(text) }
    scene.model.state.withLock { ($0.name, $0.batches) = ("words-2", []) }
    return scene
  }

  private static func embedding(_ space: String) -> Query {
    "SELECT count(*) AS n FROM knowledge_passages WHERE space = \(space) AND next_space IS NULL"
  }

  @Test func `all is found by the old model until all is found by the new one`() async throws {
    let scene = try await Self.scene()
    #expect(try await scene.search("when do shops open")[0].text == Self.texts[1])
    let waiting = try await scene.documents()
    #expect(waiting.allSatisfy { $0.embeddingModel == "words-1" })
    #expect(waiting.allSatisfy { $0.nextEmbeddingModel == "words-2" && $0.state == .ready })
    #expect(try await scene.mover.run() == .done)
    #expect(scene.model.state.withLock { $0.batches } == [1, 1, 1, 1])
    #expect(try await scene.count(Self.embedding("words-2/64")) == 3)
    scene.model.state.withLock { $0.gone = ["words-1"] }
    #expect(try await scene.search("when do shops open")[0].text == Self.texts[1])
    let moved = try await scene.documents()
    #expect(moved.allSatisfy { $0.embeddingModel == "words-2" && $0.nextEmbeddingModel.isEmpty })
    scene.model.state.withLock { $0.batches = [] }
    #expect(try await scene.mover.run() == .done)
    #expect(scene.model.state.withLock { $0.batches }.isEmpty)
    await scene.pool.close()
  }

  @Test func `a move that was cut off goes on where it stopped, and answers from the old vectors`()
    async throws
  {
    let scene = try await Self.scene()
    let quota = SpeechError(.quota, "429", retryAfter: .seconds(7))
    scene.model.state.withLock { $0.failures = [quota] }
    await #expect(throws: SpeechError.self) { try await scene.mover.run() }
    scene.model.state.withLock { $0.failures = [] }
    try await scene.embedOne()
    #expect(try await scene.search("returns").map(\.text).count == 3)
    scene.model.state.withLock { $0.batches = [] }
    #expect(try await scene.mover.run() == .done)
    #expect(scene.model.state.withLock { $0.batches } == [1, 1])
    await scene.pool.close()
  }

  @Test func `when the old model is gone, what has the new vectors is found`() async throws {
    let scene = try await Self.scene()
    try await scene.embedOne()
    scene.model.state.withLock { $0.gone = ["words-1"] }
    #expect(try await scene.search("returns").map(\.text) == [Self.texts[0]])
    #expect(try await scene.mover.run() == .done)
    #expect(try await scene.search("returns").count == 3)
    await scene.pool.close()
  }

  @Test func `nothing moves while a server that runs wants another model`() async throws {
    let scene = try await Self.scene()
    let system = scene.pool.autocommit(.system)
    try await ServerStore.announce("old", wanting: "words-1/64", system)
    try await ServerStore.announce("new", wanting: scene.indexer.placement, system)
    #expect(try await scene.mover.run() == .disagreement)
    try await scene.jobs.sweep()
    #expect(try await scene.moves() == 0)
    #expect(try await scene.search("returns").count == 3)
    try await system.execute(
      "UPDATE knowledge_servers SET seen_time = now() - interval '4 minutes' WHERE server = 'old'")
    for _ in 0..<2 { try await scene.jobs.sweep() }
    #expect(try await scene.moves() == 1)
    #expect(try await scene.mover.run() == .done)
    await scene.pool.close()
  }

  @Test func `a document that comes during a move is found, and moved`() async throws {
    let scene = try await Self.scene()
    let id = try await scene.add("gifts are wrapped")
    #expect(try await scene.read(id).embeddingModel == "words-1")
    #expect(try await scene.search("are gifts wrapped")[0].text == "gifts are wrapped")
    #expect(try await scene.mover.run() == .done)
    #expect(try await scene.read(id).embeddingModel == "words-2")
    await scene.pool.close()
  }

  @Test func `an agent whose documents all went begins with the model that is wanted`() async throws
  {
    let scene = try await KnowledgeScene.make()
    try await scene.delete(try await scene.add("returns"))
    scene.model.state.withLock { ($0.name, $0.gone) = ("words-2", ["words-1"]) }
    let id = try await scene.add("returns take seven days")
    #expect(try await scene.read(id).embeddingModel == "words-2")
    #expect(try await scene.search("returns").count == 1)
    await scene.pool.close()
  }

  @Test func `one agent that is refused holds up no other`() async throws {
    let scene = try await Self.scene()
    let other = try await KnowledgeScene.agent("Meena", of: scene.merchant, scene.pool)
    scene.model.state.withLock { $0.name = "words-1" }
    let id = DocumentID(try await scene.upload("we are closed on Sundays", to: other).documentId)!
    try await scene.indexer.index(id)
    scene.model.state.withLock { $0.name = "words-2" }
    scene.model.state.withLock { $0.failures = [.init(.permanent, "400")] }
    #expect(try await scene.mover.run() == .done)
    #expect(try await scene.count(Self.embedding("words-2/64")) > 0)
    #expect(try await scene.count(Self.embedding("words-1/64")) > 0)
    #expect(try await scene.search("returns").count == 3)
    #expect(try await scene.search("closed", agent: other).count == 1)
    await scene.pool.close()
  }

  @Test func `the index has the new vectors after the move, and answers only then`() async throws {
    let index = MemoryIndex()
    let scene = try await Self.scene(index: index)
    _ = try await scene.search("returns")
    #expect(index.state.withLock { $0.questions } == 1)
    index.state.withLock { $0.isDown = true }
    #expect(try await scene.mover.run() == .done)
    #expect(try await scene.search("when do shops open")[0].text == Self.texts[1])
    #expect(try await scene.documents().allSatisfy { $0.embeddingModel == "words-2" })
    index.state.withLock { ($0.isDown, $0.questions) = (false, 0) }
    #expect(try await scene.mover.run() == .done)
    #expect(try await scene.search("when do shops open")[0].text == Self.texts[1])
    #expect(index.state.withLock { $0.questions } == 1)
    #expect(index.count(scene.merchant.text) == 3)
    await scene.pool.close()
  }

  @Test(.timeLimit(.minutes(10))) func `an index that is wanted no more is left`() async throws {
    let scene = try await KnowledgeScene.make(index: MemoryIndex())
    let id = try await scene.add("returns take seven days")
    let bare = try await KnowledgeScene.make(model: scene.model, on: scene.pool)
    #expect(try await scene.placement(of: id) == "words-1/64 test")
    #expect(try await bare.mover.run() == .done)
    #expect(try await scene.placement(of: id) == "words-1/64")
    #expect(try await !bare.mover.isNeeded(scene.pool.autocommit(.system)))
    await scene.pool.close()
  }

  @Test(.timeLimit(.minutes(10))) func `what stays where it is is looked at once a run`()
    async throws
  {
    let index = MemoryIndex()
    let scene = try await Self.scene(index: index)
    try await scene.pool.autocommit(.system).execute(
      "UPDATE knowledge_documents SET passages = passages + 1")
    #expect(try await scene.mover.run() == .done)
    #expect(try await scene.mover.isNeeded(scene.pool.autocommit(.system)))
    await scene.pool.close()
  }

  @Test func `a slow move ends its run in time, and tells when the next may begin`() async throws {
    let scene = try await KnowledgeScene.make()
    try await scene.add(
      (0..<8).map { "Shop \($0): " + String(repeating: "it opens at nine. ", count: 40) }
        .joined(separator: "\n\n"))
    scene.model.state.withLock { ($0.name, $0.batches) = ("words-2", []) }
    let slow = KnowledgeMover(pool: scene.pool, indexer: scene.indexer, rate: 1) { _ in }
    guard case .more(let pause) = try await slow.run() else {
      Issue.record("all was moved")
      return
    }
    #expect(pause > .seconds(350) && pause <= .seconds(360))
    #expect(scene.model.state.withLock { $0.batches } == [3, 3])
    #expect(try await scene.search("when do shops open")[0].text.contains("nine"))
    #expect(try await slow.run() == .done)
    #expect(scene.model.state.withLock { $0.batches }.last == 2)
    await scene.pool.close()
  }

  @Test func `old vectors that come to the index late are replaced`() async throws {
    let index = MemoryIndex()
    let scene = try await KnowledgeScene.make(index: index)
    index.state.withLock {
      $0.meanwhile = {
        scene.model.state.withLock { $0.name = "words-2" }
        _ = try await scene.mover.run()
      }
    }
    let id = try await scene.add("returns take seven days")
    #expect(try await scene.placement(of: id) == "words-2/64")
    #expect(try await scene.search("returns").count == 1)
    #expect(index.state.withLock { $0.questions } == 0)
    #expect(try await scene.mover.run() == .done)
    #expect(try await scene.search("returns")[0].score > 0.3)
    #expect(index.state.withLock { $0.questions } == 1)
    await scene.pool.close()
  }

  @Test func `a document waits while its agent has to leave a model that is gone`() async throws {
    let scene = try await Self.scene()
    scene.model.state.withLock { $0.gone = ["words-1"] }
    let id = try #require(DocumentID(try await scene.upload("gifts are wrapped").documentId))
    await #expect(throws: JobControl.snooze(.seconds(300))) { try await scene.indexer.index(id) }
    #expect(try await scene.read(id).state == .pending)
    #expect(try await scene.mover.run() == .done)
    try await scene.indexer.index(id)
    #expect(try await scene.search("are gifts wrapped")[0].documentId == id.text)
    await scene.pool.close()
  }

  @Test func `passages of a version before this, which names no space, are found and moved`()
    async throws
  {
    let scene = try await Self.scene()
    try await scene.pool.autocommit(.system).execute("UPDATE knowledge_bases SET space = ''")
    #expect(try await scene.search("returns").count == 3)
    #expect(try await scene.mover.run() == .done)
    #expect(try await scene.count(Self.embedding("words-2/64")) == 3)
    await scene.pool.close()
  }
}

extension KnowledgeScene {
  /// Asha's documents.
  fileprivate func documents() async throws -> [V1.Document] {
    try await service.listDocuments(.with { $0.agentId = asha.text }, context()).documents
  }

  /// Does what a move does before it is cut off.
  fileprivate func embedOne() async throws {
    let first = try await SpaceStore.ready(of: asha, pool.autocommit(.system))[0]
    try await indexer.embedder.embed(first, in: model.space)
  }

  fileprivate func placement(of id: DocumentID) async throws -> String? {
    try await DocumentStore.find(id, pool.autocommit(.system))?.placement
  }

  fileprivate func moves() async throws -> Int64 {
    try await count("SELECT count(*) AS n FROM jobs WHERE kind = 'knowledge.move'")
  }
}

@Suite struct MovePaceTests {
  @Test func `passages go no faster than the rate, and idle time is not made up for`() {
    let start = ContinuousClock.now
    var pace = MovePace(rate: 600, end: start + .seconds(300))
    #expect(pace.next(100, now: start) == .send(after: .zero))
    #expect(pace.next(100, now: start + .seconds(4)) == .send(after: .seconds(6)))
    #expect(pace.next(50, now: start + .seconds(60)) == .send(after: .zero))
    #expect(pace.next(50, now: start + .seconds(60)) == .send(after: .seconds(5)))
  }

  @Test func `what would be sent behind the end is left to the next run`() {
    let start = ContinuousClock.now
    var pace = MovePace(rate: 1, end: start + .seconds(90))
    #expect(pace.next(2, now: start) == .send(after: .zero))
    #expect(pace.next(2, now: start) == .over(after: .seconds(120)))
    #expect(pace.rest(start + .seconds(20)) == .seconds(100))
    #expect(pace.rest(start + .seconds(130)) == .zero)
    var late = MovePace(rate: 1, end: start)
    #expect(late.next(2, now: start) == .over(after: .zero))
  }
}

@Suite struct EmbeddingSpaceTests {
  @Test(arguments: [("gemini-embedding-001/768", "gemini-embedding-001"), ("a/b/8", "a/b")])
  func `a space is read back from its name`(name: String, model: String) {
    let space = EmbeddingSpace(name: name)
    #expect(space?.model == model && space?.name == name)
  }

  @Test(arguments: ["", "model", "model/", "model/x"]) func `other names are none`(name: String) {
    #expect(EmbeddingSpace(name: name) == nil)
  }
}
