import Accounts
import Agents
import Documents
import Domain
import Jobs
import Postgres
import Protobuf
import RPCCore
import Schema
import ScratchPostgres
import Speech
import Synchronization
import VoiceAPI

@testable import Knowledge

/// Two merchants with an agent each, a model that counts words, and an index when a test wants one.
struct KnowledgeScene {
  typealias V1 = Payaid.Voice.V1

  let pool: PostgresPool
  let merchant: MerchantID
  let rival: MerchantID
  let asha: AgentID
  let ravi: AgentID
  let model: WordModel
  let index: MemoryIndex?
  let indexer: Indexer
  let retriever: Retriever
  let mover: KnowledgeMover
  let ring: KeyRing
  let keys: DocumentKeys
  let jobs: KnowledgeJobs
  let service: KnowledgeService

  static func make(
    index: MemoryIndex? = nil, model: WordModel = WordModel(), on existing: PostgresPool? = nil,
    reader: @escaping Indexer.Reader = readText
  ) async throws -> KnowledgeScene {
    let pool: PostgresPool
    if let existing {
      pool = existing
    } else {
      pool = try await ScratchPostgres.database(
        migrations: BaseMigrations.all + JobsMigrations.all + AccountsMigrations.all
          + DomainMigrations.all + AgentsMigrations.all + KnowledgeMigrations.all)
    }
    let (merchant, rival) = try await pool.transaction(tenant: .system) {
      (
        try await AccountStore.ensureMerchant(name: "A", email: "a@example.in", $0),
        try await AccountStore.ensureMerchant(name: "B", email: "b@example.in", $0)
      )
    }
    let named = index.map { NamedIndex("test", $0) }
    let ring = KeyRing(MasterKey(bytes: Array(repeating: 1, count: MasterKey.length)))
    let keys = DocumentKeys(seal: DataSeal(ring, "documents"))
    let indexer = Indexer(pool: pool, model: model, index: named, keys: keys, reader: reader)
    let retriever = Retriever(pool: pool, model: model, index: named, keys: keys)
    let mover = KnowledgeMover(pool: pool, indexer: indexer, rate: 1_000_000) { _ in }
    let jobs = KnowledgeJobs(pool: pool, indexer: indexer, mover: mover)
    return KnowledgeScene(
      pool: pool, merchant: merchant, rival: rival,
      asha: try await agent("Asha", of: merchant, pool),
      ravi: try await agent("Ravi", of: rival, pool), model: model, index: index, indexer: indexer,
      retriever: retriever, mover: mover, ring: ring, keys: keys, jobs: jobs,
      service: KnowledgeService(
        pool: pool, tokens: PageTokens(key: [1, 2, 3]), retriever: retriever, jobs: jobs,
        keys: keys))
  }

  static let readText: Indexer.Reader = { bytes in
    DocumentText(pages: [DocumentPage(number: 0, text: String(decoding: bytes, as: UTF8.self))])
  }

  static func agent(
    _ name: String, of merchant: MerchantID, _ pool: PostgresPool
  ) async throws -> AgentID {
    let id = AgentID()
    try await pool.transaction(tenant: .merchant(merchant.text)) {
      try await $0.execute(
        """
        INSERT INTO agents (agent_id, merchant_id, name, language, voice_id, system_prompt, state,
          config)
        VALUES (\(id.text), \(merchant.text), \(name), 'hi', 'v', 'p', 'active', '{}')
        """)
    }
    return id
  }

  func context(_ merchant: MerchantID? = nil) -> RPCContext {
    let context = RPCContext(
      method: MethodDescriptor(service: "test.Test", name: "Test", kind: .unary))
    context.identity = Caller(merchant: merchant ?? self.merchant, principal: "key_test")
    return context
  }

  func upload(
    _ text: String, name: String = "faq.txt", type: String = "text/plain", request: String = "",
    to agent: AgentID? = nil, as merchant: MerchantID? = nil
  ) async throws -> V1.Document {
    try await service.uploadDocument(
      .with {
        $0.agentId = (agent ?? asha).text
        $0.displayName = name
        $0.requestId = request
        $0.file = .with { ($0.contentType, $0.data) = (type, Array(text.utf8)) }
      }, context(merchant))
  }

  /// Uploads a document and runs its job.
  @discardableResult
  func add(_ text: String, name: String = "faq.txt") async throws -> DocumentID {
    let id = DocumentID(try await upload(text, name: name).documentId)!
    try await indexer.index(id)
    return id
  }

  func read(_ id: DocumentID) async throws -> V1.Document {
    try await service.getDocument(
      .with { ($0.agentId, $0.documentId) = (asha.text, id.text) }, context())
  }

  func delete(_ id: DocumentID) async throws {
    _ = try await service.deleteDocument(
      .with { ($0.agentId, $0.documentId) = (asha.text, id.text) }, context())
  }

  func search(
    _ query: String, limit: Int32 = 0, agent: AgentID? = nil, as merchant: MerchantID? = nil
  ) async throws -> [V1.Passage] {
    try await service.searchKnowledge(
      .with { ($0.agentId, $0.query, $0.limit) = ((agent ?? asha).text, query, limit) },
      context(merchant)
    ).passages
  }

  func count(_ query: Query) async throws -> Int64 {
    try await pool.autocommit(.system).query(query)[0].decode("n")
  }

  /// The code that a call fails with; nil when it succeeds.
  func code(_ call: () async throws -> some Any) async -> StatusCode? {
    do {
      _ = try await call()
      return nil
    } catch {
      return (error as? RPCError)?.code
    }
  }
}

/// A model whose vectors count words: texts with the same words point the same way.
final class WordModel: EmbeddingModel, Sendable {
  struct State {
    var name = "words-1"
    var failures: [SpeechError] = []
    var batches: [Int] = []
    /// Models that the vendor has taken back.
    var gone: Set<String> = []
  }

  static let dimensions = 64
  let state = Mutex(State())
  let batchSize = 3

  var space: EmbeddingSpace {
    EmbeddingSpace(model: state.withLock(\.name), dimensions: Self.dimensions)
  }

  func embed(
    _ texts: [String], as purpose: EmbeddingPurpose, in space: EmbeddingSpace
  ) async throws -> [[Float]] {
    let failure = state.withLock { state -> SpeechError? in
      if state.gone.contains(space.model) { return SpeechError(.configuration, "404") }
      state.batches.append(texts.count)
      return state.failures.isEmpty ? nil : state.failures.removeFirst()
    }
    if let failure { throw failure }
    return texts.map { Self.vector($0, space.model) }
  }

  /// Each model has a place of its own for a word.
  private static func vector(_ text: String, _ model: String) -> [Float] {
    var values = [Float](repeating: 0, count: dimensions)
    values[0] = 0.01
    for word in text.lowercased().split(whereSeparator: { !$0.isLetter }) {
      let hash = (model + word).utf8.reduce(5_381) { ($0 &* 33 &+ Int($1)) & 0xFFFF }
      values[1 + hash % (dimensions - 1)] += 1
    }
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / length }
  }
}

/// An index in memory, which can be made to fail.
final class MemoryIndex: VectorIndex, Sendable {
  struct State {
    var spaces: [String: [String: IndexedVector]] = [:]
    var isDown = false
    var questions = 0
    /// What happens before the next write lands.
    var meanwhile: (@Sendable () async throws -> Void)?
  }

  let state = Mutex(State())

  private static let down = SpeechError(.transient, "the index is down")

  func write(_ vectors: [IndexedVector], namespace: String) async throws {
    try await state.withLock { $0.meanwhile.take() }?()
    try state.withLock { state in
      if state.isDown { throw Self.down }
      for vector in vectors { state.spaces[namespace, default: [:]][vector.id] = vector }
    }
  }

  func nearest(
    to vector: [Float], in group: String, namespace: String, limit: Int
  ) async throws -> [VectorMatch] {
    try state.withLock { state in
      if state.isDown { throw Self.down }
      state.questions += 1
      return (state.spaces[namespace] ?? [:]).values.filter { $0.group == group }
        .map {
          VectorMatch(id: $0.id, score: zip($0.values, vector).reduce(0) { $0 + $1.0 * $1.1 })
        }
        .sorted { $0.score > $1.score }.prefix(limit).map { $0 }
    }
  }

  func remove(prefix: String, namespace: String) async throws {
    try state.withLock { state in
      if state.isDown { throw Self.down }
      state.spaces[namespace] = state.spaces[namespace]?.filter { !$0.key.hasPrefix(prefix) }
    }
  }

  func count(_ namespace: String) -> Int { state.withLock { $0.spaces[namespace]?.count ?? 0 } }
}
