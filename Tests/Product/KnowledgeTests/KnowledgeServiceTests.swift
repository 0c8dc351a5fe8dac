import Documents
import Domain
import Postgres
import Protobuf
import RPCCore
import Speech
import Synchronization
import Testing
import VoiceAPI

@testable import Knowledge

@Suite struct KnowledgeServiceTests {
  @Test func `a document waits, is read, and then answers`() async throws {
    let scene = try await KnowledgeScene.make()
    let new = try await scene.upload("Returns are free within seven days.\n\nWe open at nine.")
    #expect(new.state == .pending && new.displayName == "faq.txt" && new.sizeBytes == 53)
    #expect(try await scene.search("when do you open").isEmpty)
    try await scene.indexer.index(try #require(DocumentID(new.documentId)))
    let ready = try await scene.read(try #require(DocumentID(new.documentId)))
    #expect(ready.state == .ready && ready.passages == 1 && ready.error.isEmpty)
    let found = try await scene.search("when do you open")
    #expect(found.map(\.documentId) == [new.documentId] && found[0].score > 0)
    #expect(try await scene.count("SELECT count(*) AS n FROM knowledge_files") == 0)
    await scene.pool.close()
  }

  @Test func `the passage with the question's words comes first, and the limit holds`() async throws
  {
    let scene = try await KnowledgeScene.make()
    for topic in ["delivery costs forty rupees", "returns take seven days", "shops open at nine"] {
      try await scene.add(topic)
    }
    let all = try await scene.search("how many days do returns take")
    #expect(all.count == 3 && all[0].text == "returns take seven days")
    #expect(all.map(\.score) == all.map(\.score).sorted(by: >))
    #expect(try await scene.search("returns", limit: 1).count == 1)
    await scene.pool.close()
  }

  @Test func `a merchant neither sees nor touches another's documents`() async throws {
    let scene = try await KnowledgeScene.make()
    let id = try await scene.add("our secret recipe")
    let rival = scene.rival
    #expect(await scene.code { try await scene.upload("x", as: rival) } == .notFound)
    #expect(await scene.code { try await scene.search("recipe", as: rival) } == .notFound)
    #expect(try await scene.search("recipe", agent: scene.ravi, as: rival).isEmpty)
    for agent in [scene.asha, scene.ravi] {
      #expect(
        await scene.code {
          try await scene.service.getDocument(
            .with { ($0.agentId, $0.documentId) = (agent.text, id.text) }, scene.context(rival))
        } == .notFound)
      #expect(
        await scene.code {
          try await scene.service.deleteDocument(
            .with { ($0.agentId, $0.documentId) = (agent.text, id.text) }, scene.context(rival))
        } == .notFound)
    }
    #expect(
      await scene.code {
        try await scene.service.listDocuments(
          .with { $0.agentId = scene.asha.text }, scene.context(rival))
      } == .notFound)
    #expect(try await scene.search("recipe").count == 1)
    await scene.pool.close()
  }

  @Test func `lists come newest first, page by page`() async throws {
    let scene = try await KnowledgeScene.make()
    var names: [String] = []
    for number in 0..<5 {
      names.insert(try await scene.upload("t", name: "\(number)").displayName, at: 0)
    }
    var (listed, token): ([String], String) = ([], "")
    repeat {
      let page = try await scene.service.listDocuments(
        .with { ($0.agentId, $0.pageSize, $0.pageToken) = (scene.asha.text, 2, token) },
        scene.context())
      listed += page.documents.map(\.displayName)
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(listed == names)
    await scene.pool.close()
  }

  @Test func `a request that comes twice makes one document`() async throws {
    let scene = try await KnowledgeScene.make()
    let first = try await scene.upload("text", request: "r-1")
    #expect(try await scene.upload("text", request: "r-1") == first)
    #expect(await scene.code { try await scene.upload("other", request: "r-1") } == .alreadyExists)
    #expect(try await scene.count("SELECT count(*) AS n FROM knowledge_documents") == 1)
    await scene.pool.close()
  }

  @Test(arguments: [
    ("", "text/plain", "a"), ("text", "image/png", "a"), ("text", "", "a"),
    ("text", "application/pdf", "a"), ("%PDF-1.7", "text/plain", "a"), ("a\0b", "text/plain", "a"),
    ("text", "text/plain", "a\nb"), ("text", "text/plain", String(repeating: "n", count: 256)),
    (String(repeating: "t", count: (10 << 20) + 1), "text/plain", "a"),
  ])
  func `what is no document is refused`(text: String, type: String, name: String) async throws {
    let scene = try await KnowledgeScene.make()
    #expect(
      await scene.code { try await scene.upload(text, name: name, type: type) }
        == .invalidArgument)
    #expect(try await scene.count("SELECT count(*) AS n FROM knowledge_documents") == 0)
    await scene.pool.close()
  }

  @Test(arguments: ["text/plain; charset=utf-8", "TEXT/PLAIN", "text/plain ;x"])
  func `a media type may have parameters`(type: String) async throws {
    let scene = try await KnowledgeScene.make()
    #expect(try await scene.upload("text", name: "", type: type).displayName == "document.txt")
    await scene.pool.close()
  }

  @Test(
    arguments: [
      ("", 0), ("?!", 0), (String(repeating: "q", count: 2_001), 0), ("q", 21), ("q", -1),
    ] as [(String, Int32)])
  func `a question that is none is refused`(query: String, limit: Int32) async throws {
    let scene = try await KnowledgeScene.make()
    #expect(
      await scene.code { try await scene.search(query, limit: limit) } == .invalidArgument)
    await scene.pool.close()
  }

  @Test func `an agent has a hundred documents and no more`() async throws {
    let scene = try await KnowledgeScene.make()
    for _ in 0..<DocumentStore.limit { _ = try await scene.upload("t") }
    #expect(await scene.code { try await scene.upload("t") } == .resourceExhausted)
    await scene.pool.close()
  }

  @Test func `what is deleted is not found again, also where it was kept in memory`() async throws {
    let scene = try await KnowledgeScene.make()
    let id = try await scene.add("returns take seven days")
    #expect(try await scene.search("returns").count == 1)
    try await scene.delete(id)
    #expect(try await scene.search("returns").isEmpty)
    #expect(await scene.code { try await scene.delete(id) } == .notFound)
    #expect(try await scene.count("SELECT count(*) AS n FROM knowledge_passages") == 0)
    await scene.pool.close()
  }

  @Test func `a vendor's failure is told by its kind`() async throws {
    let scene = try await KnowledgeScene.make()
    try await scene.add("returns take seven days")
    for (kind, code) in [
      (.transient, .unavailable), (.quota, .resourceExhausted),
      (.configuration, .failedPrecondition), (.permanent, .invalidArgument),
    ] as [(SpeechError.Kind, StatusCode)] {
      scene.model.state.withLock { $0.failures = [.init(kind, "m")] }
      #expect(await scene.code { try await scene.search("returns") } == code)
    }
    await scene.pool.close()
  }
}
