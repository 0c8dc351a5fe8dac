import Domain
import Postgres
import Synchronization
import TLS
import Testing
import VoiceAPI

@testable import Knowledge

@Suite struct DocumentSealingTests {
  private static let text = "our secret recipe has cardamom"

  @Test func `nothing that a document says is in the database to be read`() async throws {
    let scene = try await KnowledgeScene.make()
    _ = try await scene.upload(Self.text)
    #expect(try await scene.dump().allSatisfy { !$0.contains(Self.text.hex) })
    try await scene.add(Self.text)
    let rows = try await scene.dump()
    #expect(rows.count == 4)
    #expect(rows.allSatisfy { !$0.contains("cardamom") && !$0.contains(Self.text.hex) })
    #expect(try await scene.search("recipe")[0].text == Self.text)
    await scene.pool.close()
  }

  @Test func `sealed words open in their own place only`() async throws {
    let scene = try await KnowledgeScene.make()
    let first = try await scene.add(Self.text)
    let second = try await scene.add("shops open at nine")
    try await scene.pool.autocommit(.system).execute(
      """
      UPDATE knowledge_passages SET sealed = (
        SELECT sealed FROM knowledge_passages WHERE document_id = \(first.text))
      WHERE document_id = \(second.text)
      """)
    await #expect(throws: TLSError.self) { try await scene.search("shops") }
    try await scene.pool.autocommit(.system).execute(
      """
      UPDATE knowledge_documents SET text_key = (
        SELECT text_key FROM knowledge_documents WHERE document_id = \(first.text))
      WHERE document_id = \(second.text)
      """)
    await #expect(throws: TLSError.self) { try await scene.search("shops") }
    await scene.pool.close()
  }

  @Test func `documents of a version before are found, and sealed once that version is gone`()
    async throws
  {
    let scene = try await KnowledgeScene.make()
    for text in [Self.text, "shops open at nine"] {
      try await scene.makePlain(scene.add(text), text)
    }
    #expect(try await scene.search("recipe")[0].text == Self.text)
    let seals: Query = "SELECT count(*) AS n FROM jobs WHERE kind = 'knowledge.seal'"
    try await scene.jobs.sweep()
    #expect(try await scene.count(seals) == 0)
    try await scene.pool.autocommit(.system).execute(
      "UPDATE payaid_migrations SET applied_at = now() - interval '3 hours' WHERE version = 88")
    for _ in 0..<2 { try await scene.jobs.sweep() }
    #expect(try await scene.count(seals) == 1)
    #expect(try await DocumentSealer(pool: scene.pool, keys: scene.keys).run() == .done)
    #expect(try await scene.dump().allSatisfy { !$0.contains("cardamom") })
    #expect(try await scene.search("recipe")[0].text == Self.text)
    #expect(try await scene.search("when do shops open")[0].text == "shops open at nine")
    try await scene.pool.autocommit(.system).execute("DELETE FROM jobs")
    try await scene.jobs.sweep()
    #expect(try await scene.count(seals) == 0)
    await scene.pool.close()
  }

  @Test func `a plain file that waits is read, and its words are sealed`() async throws {
    let scene = try await KnowledgeScene.make()
    let id = try #require(DocumentID(try await scene.upload("x").documentId))
    try await scene.makeFilePlain(Self.text)
    try await scene.indexer.index(id)
    #expect(try await scene.dump().allSatisfy { !$0.contains("cardamom") })
    #expect(try await scene.search("recipe")[0].text == Self.text)
    await scene.pool.close()
  }

  @Test func `plain documents move to another model, sealed or not`() async throws {
    let scene = try await KnowledgeScene.make()
    let id = try await scene.add(Self.text)
    try await scene.makePlain(id, Self.text)
    scene.model.state.withLock { $0.name = "words-2" }
    #expect(try await scene.mover.run() == .done)
    #expect(try await scene.read(id).embeddingModel == "words-2")
    #expect(try await scene.search("recipe")[0].text == Self.text)
    await scene.pool.close()
  }

  @Test func `another master key wraps the keys anew, and no text is touched`() async throws {
    let scene = try await KnowledgeScene.make()
    try await scene.add(Self.text)
    let words: Query = "SELECT sealed FROM knowledge_passages"
    let before = try await scene.bytes(words)
    let active = WallClock.now - .seconds(120)
    scene.ring.add(
      MasterKey(number: 2, bytes: Array(repeating: 2, count: MasterKey.length), activeTime: active))
    try await scene.pool.transaction(tenant: .system) { transaction in
      for number in 1...2 {
        _ = try await MasterKeyStore.insert(
          WrappedMasterKey(
            number: Int64(number), blob: [1], wrappingKey: "arn", activeTime: active),
          transaction)
      }
    }
    let resealer = Resealer(pool: scene.pool, ring: scene.ring, kinds: [scene.keys.resealing])
    #expect(try await resealer.run())
    let key = try await scene.bytes("SELECT text_key AS sealed FROM knowledge_documents")
    #expect(key.starts(with: KeyMark.bytes(of: 2)))
    #expect(try await scene.bytes(words) == before)
    #expect(try await scene.search("recipe")[0].text == Self.text)
    await scene.pool.close()
  }
}

extension String {
  fileprivate var hex: String { Array(utf8).map { String($0, radix: 16) }.joined() }
}

extension KnowledgeScene {
  /// Leaves the only document, which was not read yet, as a version before this kept it.
  func makeFilePlain(_ text: String) async throws {
    let system = pool.autocommit(.system)
    try await system.execute(
      "UPDATE knowledge_files SET sealed = NULL, content = convert_to(\(text), 'UTF8')")
    try await system.execute("UPDATE knowledge_documents SET text_key = NULL")
  }

  /// Every row about documents, as text; bytes are hexadecimal.
  fileprivate func dump() async throws -> [String] {
    try await pool.autocommit(.system).query(
      """
      SELECT d::text AS row FROM knowledge_documents d UNION ALL SELECT p::text FROM knowledge_passages p
      UNION ALL SELECT f::text FROM knowledge_files f
      """
    ).map { try $0.decode("row") }
  }

  fileprivate func bytes(_ query: Query) async throws -> [UInt8] {
    try await pool.autocommit(.system).query(query)[0].decode("sealed")
  }

  /// Leaves a document as a version before this kept it.
  fileprivate func makePlain(_ id: DocumentID, _ text: String) async throws {
    try await pool.transaction(tenant: .system) {
      try await $0.execute(
        """
        UPDATE knowledge_passages SET sealed = NULL, words = \(text) WHERE document_id = \(id.text)
        """)
      try await $0.execute(
        "UPDATE knowledge_documents SET text_key = NULL WHERE document_id = \(id.text)")
    }
  }
}
