import Documents
import Domain
import Jobs
import Postgres
import Speech
import Synchronization
import Testing
import VoiceAPI

@testable import Knowledge

@Suite struct IndexerTests {
  private static let long = (0..<8).map {
    "Paragraph \($0): " + String(repeating: "something is said here. ", count: 30)
  }.joined(separator: "\n\n")

  @Test func `a job that failed goes on where it stopped`() async throws {
    let scene = try await KnowledgeScene.make()
    scene.model.state.withLock { $0.failures = [.init(.transient, "m")] }
    let id = try #require(DocumentID(try await scene.upload(Self.long).documentId))
    await #expect(throws: SpeechError.self) { try await scene.indexer.index(id) }
    let waiting = try await scene.read(id)
    #expect(waiting.state == .pending && waiting.passages == 8)
    scene.model.state.withLock { $0.batches = [] }
    try await scene.indexer.index(id)
    #expect(scene.model.state.withLock { $0.batches } == [3, 3, 2])
    #expect(try await scene.read(id).state == .ready)
    scene.model.state.withLock { $0.batches = [] }
    try await scene.indexer.index(id)
    #expect(scene.model.state.withLock { $0.batches }.isEmpty)
    await scene.pool.close()
  }

  @Test func `a file that cannot be read fails with its reason, once, and is forgotten`()
    async throws
  {
    let scene = try await KnowledgeScene.make { _ in
      throw DocumentError(.encrypted, "the PDF needs a password")
    }
    let id = try await scene.add("x")
    let failed = try await scene.read(id)
    #expect(failed.state == .failed && failed.error == "the PDF needs a password")
    #expect(try await scene.count("SELECT count(*) AS n FROM knowledge_files") == 0)
    try await scene.indexer.index(id)
    #expect(
      try await scene.count(
        "SELECT count(*) AS n FROM event_outbox WHERE type = 'document.failed'") == 1)
    await scene.pool.close()
  }

  @Test func `a document in which nothing is said fails`() async throws {
    let scene = try await KnowledgeScene.make { _ in
      DocumentText(pages: [DocumentPage(number: 1, text: "...")])
    }
    let failed = try await scene.read(try await scene.add("x"))
    #expect(failed.state == .failed && failed.error == "there is no text in it")
    await scene.pool.close()
  }

  @Test func `a document that was read in part says so`() async throws {
    let scene = try await KnowledgeScene.make { _ in
      DocumentText(
        pages: [DocumentPage(number: 1, text: "returns take seven days")],
        notice: "page 2 not read: the scan is not clear enough")
    }
    let read = try await scene.read(try await scene.add("x"))
    #expect(read.state == .ready && read.notice == "page 2 not read: the scan is not clear enough")
    await scene.pool.close()
  }

  @Test func `an agent's documents have a limited number of passages together`() async throws {
    let scene = try await KnowledgeScene.make { _ in
      DocumentText(
        pages: (0...(Indexer.limit / 2)).map {
          DocumentPage(number: $0 + 1, text: String(repeating: "word ", count: 100))
        })
    }
    let first = try #require(DocumentID(try await scene.upload("x").documentId))
    try await scene.pool.transaction(tenant: .system) {
      _ = try await DocumentStore.setPassages(Indexer.limit, "", of: first, $0)
    }
    let second = try await scene.read(try await scene.add("x"))
    #expect(second.state == .failed && second.error.contains("the limit is 5000"))
    await scene.pool.close()
  }

  @Test func `a document that is deleted while it is read leaves nothing behind`() async throws {
    let index = MemoryIndex()
    let scene = try await KnowledgeScene.make(index: index)
    let id = try await scene.add("returns take seven days")
    #expect(index.count(scene.merchant.text) == 1)
    try await scene.delete(id)
    try await scene.indexer.index(id)
    try await scene.indexer.forget(id, of: scene.asha, scene.merchant)
    #expect(index.count(scene.merchant.text) == 0)
    #expect(
      try await scene.count("SELECT count(*) AS n FROM jobs WHERE kind = 'knowledge.forget'") == 1)
    await scene.pool.close()
  }

  @Test func `a document that is deleted while it is copied is in no index`() async throws {
    let index = MemoryIndex()
    let scene = try await KnowledgeScene.make(index: index)
    let id = try #require(DocumentID(try await scene.upload("returns").documentId))
    index.state.withLock { $0.meanwhile = { try await scene.delete(id) } }
    try await scene.indexer.index(id)
    #expect(index.count(scene.merchant.text) == 0)
    await scene.pool.close()
  }

  @Test(arguments: [false, true])
  func `of two runs of a job one keeps what was read, and both go on with it`(isPlain: Bool)
    async throws
  {
    let other = Mutex<(@Sendable () async throws -> Void)?>(nil)
    let scene = try await KnowledgeScene.make { bytes in
      try await other.withLock { $0.take() }?()
      return try await KnowledgeScene.readText(bytes)
    }
    let id = try #require(DocumentID(try await scene.upload(Self.long).documentId))
    if isPlain { try await scene.makeFilePlain(Self.long) }
    scene.model.state.withLock { $0.failures = [.init(.transient, "m")] }
    other.withLock {
      $0 = {
        await #expect(throws: SpeechError.self) { try await scene.indexer.index(id) }
        try await scene.indexer.index(id)
      }
    }
    try await scene.indexer.index(id)
    #expect(scene.model.state.withLock { $0.batches } == [3, 3, 3, 2])
    #expect(try await scene.search("Paragraph").count == 5)
    #expect(
      try await scene.count(
        "SELECT count(*) AS n FROM event_outbox WHERE type = 'document.ready'") == 1)
    await scene.pool.close()
  }

  @Test func `a run that is overtaken by one that dies does the rest`() async throws {
    let other = Mutex<(@Sendable () async throws -> Void)?>(nil)
    let scene = try await KnowledgeScene.make { bytes in
      try await other.withLock { $0.take() }?()
      return try await KnowledgeScene.readText(bytes)
    }
    let id = try #require(DocumentID(try await scene.upload(Self.long).documentId))
    scene.model.state.withLock { $0.failures = [.init(.transient, "m")] }
    other.withLock {
      $0 = { await #expect(throws: SpeechError.self) { try await scene.indexer.index(id) } }
    }
    try await scene.indexer.index(id)
    #expect(try await scene.read(id).state == .ready)
    #expect(try await scene.search("Paragraph").count == 5)
    await scene.pool.close()
  }

  @Test func `a document too many fails at once, with all that was made of it`() async throws {
    let scene = try await KnowledgeScene.make()
    let first = try await scene.add("returns take seven days")
    try await scene.pool.transaction(tenant: .system) {
      _ = try await DocumentStore.setPassages(Indexer.limit, "", of: first, $0)
    }
    let second = try await scene.read(try await scene.add("x y z"))
    #expect(second.state == .failed && second.error.contains("the limit is 5000"))
    #expect(try await scene.count("SELECT count(*) AS n FROM knowledge_files") == 0)
    await scene.pool.close()
  }

  @Test func `events tell of documents, not of what is in them`() async throws {
    let scene = try await KnowledgeScene.make()
    let id = try await scene.add("our secret recipe")
    try await scene.indexer.index(id)
    let rows = try await scene.pool.autocommit(.system).query(
      "SELECT type, convert_from(data, 'UTF8') AS data FROM event_outbox")
    #expect(rows.count == 1)
    #expect(try rows[0].decode("type", as: String.self) == "document.ready")
    let data = try rows[0].decode("data", as: String.self)
    #expect(data.contains(id.text) && !data.contains("recipe"))
    await scene.pool.close()
  }
}

@Suite struct KnowledgeJobsTests {
  @Test func `a merchant's many documents let those of others go first`() async throws {
    let scene = try await KnowledgeScene.make()
    for number in 0..<4 { _ = try await scene.upload("document \(number)") }
    _ = try await scene.upload("theirs", to: scene.ravi, as: scene.rival)
    let rows = try await scene.pool.autocommit(.system).query(
      "SELECT kind, priority::bigint AS priority FROM jobs ORDER BY job_id")
    #expect(try rows.map { try $0.decode("priority", as: Int64.self) } == [0, 0, 1, 1, 0])
    // Servers of a version before know another kind.
    #expect(try rows.allSatisfy { try $0.decode("kind") == "knowledge.read" })
    await scene.pool.close()
  }

  @Test func `a job of a version before becomes one that it does not take`() async throws {
    let scene = try await KnowledgeScene.make()
    let id = try #require(DocumentID(try await scene.upload("returns").documentId))
    let jobs: Query = "SELECT count(*) AS n FROM jobs WHERE kind = 'knowledge.read'"
    try await scene.pool.autocommit(.system).execute("DELETE FROM jobs")
    for _ in 0..<2 { try await scene.jobs.handOn(id) }
    #expect(try await scene.count(jobs) == 1)
    try await scene.delete(id)
    try await scene.jobs.handOn(id)
    #expect(try await scene.count(jobs) == 1)
    await scene.pool.close()
  }
}

@Suite struct KnowledgeSweepTests {
  @Test func `documents go with their agent, also from the index`() async throws {
    let index = MemoryIndex()
    let scene = try await KnowledgeScene.make(index: index)
    try await scene.add("returns take seven days")
    try await scene.jobs.sweep()
    #expect(try await scene.count("SELECT count(*) AS n FROM knowledge_documents") == 1)
    try await scene.pool.autocommit(.system).execute(
      "UPDATE agents SET state = 'deleted' WHERE agent_id = \(scene.asha.text)")
    try await scene.jobs.sweep()
    for table in ["documents", "passages", "bases"] {
      #expect(
        try await scene.count("SELECT count(*) AS n FROM \(unsafeSQL: "knowledge_" + table)") == 0)
    }
    #expect(
      try await scene.count("SELECT count(*) AS n FROM jobs WHERE kind = 'knowledge.forget'") == 1)
    await scene.pool.close()
  }
}

@Suite struct RetrieverTests {
  @Test func `an index answers when it has all, else the database does`() async throws {
    let index = MemoryIndex()
    let scene = try await KnowledgeScene.make(index: index)
    try await scene.add("returns take seven days")
    #expect(try await scene.search("returns").count == 1)
    #expect(index.state.withLock { $0.questions } == 1)
    index.state.withLock { $0.isDown = true }
    #expect(try await scene.search("returns").count == 1)
    let id = try #require(DocumentID(try await scene.upload("shops open at nine").documentId))
    await #expect(throws: SpeechError.self) { try await scene.indexer.index(id) }
    #expect(try await scene.read(id).state == .ready)
    index.state.withLock { $0.isDown = false }
    #expect(try await scene.search("when do shops open")[0].documentId == id.text)
    #expect(index.state.withLock { $0.questions } == 1)
    try await scene.indexer.index(id)
    #expect(try await scene.search("when do shops open")[0].documentId == id.text)
    #expect(index.state.withLock { $0.questions } == 2)
    await scene.pool.close()
  }

  @Test func `what an index has of a document that is gone is not told`() async throws {
    let index = MemoryIndex()
    let scene = try await KnowledgeScene.make(index: index)
    let id = try await scene.add("returns take seven days")
    try await scene.delete(id)
    #expect(index.count(scene.merchant.text) == 1)
    #expect(try await scene.search("returns").isEmpty)
    await scene.pool.close()
  }

  @Test func `an agent knows something once a document is ready`() async throws {
    let scene = try await KnowledgeScene.make()
    let asha = scene.asha
    let knows = {
      try await scene.pool.transaction(tenant: .merchant(scene.merchant.text)) {
        try await scene.retriever.hasKnowledge(asha, $0)
      }
    }
    #expect(try await !knows())
    let id = try #require(DocumentID(try await scene.upload("returns").documentId))
    #expect(try await !knows())
    try await scene.indexer.index(id)
    #expect(try await knows())
    await scene.pool.close()
  }
}
