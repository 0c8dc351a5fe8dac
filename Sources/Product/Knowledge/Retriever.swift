internal import Cache
package import Domain
package import Postgres
package import Speech
internal import Telemetry

/// Finds the passages that answer a question: by a vendor's index where one has all of the agent's
/// documents, else among their vectors, which are kept in memory. What passages say comes from the
/// database, so that one which is gone, or another agent's, is never told.
package struct Retriever: KnowledgeSource {
  /// Bytes of vectors that a process keeps in memory.
  private static let memory = 256 << 20
  /// Vectors that are read at a time: some milliseconds of a loop that carries calls.
  private static let batch = 250

  private let pool: PostgresPool
  private let model: any EmbeddingModel
  private let index: NamedIndex?
  private let keys: DocumentKeys
  private let vectors: ReadThrough<PassageVectors>
  private let fallbacks = MetricsRegistry.process.counter(
    "payaid_knowledge_index_failures_total",
    help: "Questions that the index of vectors did not answer, and the database did.")

  package init(
    pool: PostgresPool, model: any EmbeddingModel, index: NamedIndex?, keys: DocumentKeys
  ) {
    self.pool = pool
    self.model = model
    self.index = index
    self.keys = keys
    var limits = MemoryCache<PassageVectors>.Limits(lifetime: .seconds(3_600))
    limits.cost = Self.memory
    vectors = ReadThrough(
      MemoryCache(limits: limits, cost: \.byteCount), name: "knowledge_vectors")
  }

  package func hasKnowledge(_ agent: AgentID, _ transaction: Transaction) async throws -> Bool {
    try await DocumentStore.hasReady(agent, transaction)
  }

  package func passages(
    answering question: String, of agent: AgentID, _ merchant: MerchantID, limit: Int
  ) async throws -> [KnowledgePassage] {
    let database = pool.autocommit(.merchant(merchant.text))
    guard let standing = try await SpaceStore.standing(of: agent, index, database) else {
      return []
    }
    let (vector, space) = try await embed(question, for: standing)
    var nearest =
      standing.isCopied && space == standing.space
      ? try await indexed(vector, agent, merchant, limit) : nil
    if nearest == nil {
      nearest = try await kept(agent, merchant, revision: standing.revision, space)
        .nearest(to: vector, limit: limit)
    }
    return try await read(nearest ?? [], of: agent, merchant, database)
  }

  /// The question's vector in the space that the agent is searched in. When that model is gone before the
  /// agent was moved: in the one that is wanted, which finds what is there already.
  private func embed(
    _ question: String, for standing: KnowledgeStanding
  ) async throws -> ([Float], EmbeddingSpace) {
    do {
      return (try await vector(of: question, in: standing.space), standing.space)
    } catch let error as SpeechError
      where [.permanent, .configuration].contains(error.kind) && standing.space != model.space
    {
      Log("knowledge").warning(
        "the model that an agent waits to leave did not answer", ["error": "\(error)"])
      return (try await vector(of: question, in: model.space), model.space)
    }
  }

  private func vector(of question: String, in space: EmbeddingSpace) async throws -> [Float] {
    guard let vector = try await model.embed([question], as: .question, in: space).first else {
      throw SpeechError(.transient, "the embedding model gave no vector")
    }
    return vector
  }

  /// What the index finds; `nil` without an index, or when it fails: the database has the same vectors.
  private func indexed(
    _ vector: [Float], _ agent: AgentID, _ merchant: MerchantID, _ limit: Int
  ) async throws -> [(key: PassageKey, score: Float)]? {
    guard let index else { return nil }
    do {
      let matches = try await index.index.nearest(
        to: vector, in: agent.text, namespace: merchant.text, limit: limit)
      return matches.compactMap { match in
        NamedIndex.key(match.id, of: agent).map { ($0, match.score) }
      }
    } catch let error as SpeechError {
      fallbacks.increment()
      Log("knowledge").warning("the index of vectors did not answer", ["error": "\(error)"])
      return nil
    }
  }

  /// The vectors of an agent as they were at `revision` or later.
  private func kept(
    _ agent: AgentID, _ merchant: MerchantID, revision: Int64, _ space: EmbeddingSpace
  ) async throws -> PassageVectors {
    let key = CacheKey(
      area: "vectors.1", owner: merchant.text, name: "\(agent.text) \(revision) \(space.name)")
    let found = try await vectors.value(key) { [pool] in
      let database = pool.autocommit(.merchant(merchant.text))
      var vectors = PassageVectors(dimensions: space.dimensions)
      while true {
        let batch = try await PassageStore.vectors(
          of: agent, after: vectors.last, limit: Self.batch, space: space, database)
        vectors.append(batch)
        if batch.count < Self.batch { return vectors }
      }
    }
    return found ?? PassageVectors(dimensions: space.dimensions)
  }

  private func read(
    _ nearest: [(key: PassageKey, score: Float)], of agent: AgentID, _ merchant: MerchantID,
    _ database: Autocommit
  ) async throws -> [KnowledgePassage] {
    guard !nearest.isEmpty else { return [] }
    let passages = try await PassageStore.read(
      nearest.map(\.key), of: agent, merchant, keys, database)
    return nearest.compactMap { key, score in
      guard var passage = passages[key] else { return nil }
      passage.score = score
      return passage
    }
  }
}
