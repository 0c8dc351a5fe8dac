internal import Documents
internal import Domain
internal import EventLoop
internal import Knowledge
internal import Postgres
internal import Speech
internal import Vendors

/// What makes agents know something: by the model and the index of the settings, all of it.
struct KnowledgeParts {
  let retriever: Retriever
  let jobs: KnowledgeJobs
  let watch: KnowledgeWatch
  let keys: DocumentKeys
}

extension Product {
  static func knowledge(
    _ current: CurrentSettings, _ pool: PostgresPool, _ loop: EventLoop, _ ring: KeyRing,
    server: String
  ) -> KnowledgeParts {
    let settings = current.value
    let keys = DocumentKeys(seal: DataSeal(ring, "documents"))
    let model = GeminiEmbeddingModel(
      settings: { embedding(current.value.gemini, model: settings.gemini.embeddingModel) },
      loop: loop)
    let index = vectorIndex(settings.pinecone, model.space, loop)
    let reader = DocumentReader(loop: loop)
    let indexer = Indexer(pool: pool, model: model, index: index, keys: keys) {
      try await reader.read($0)
    }
    let mover = KnowledgeMover(
      pool: pool, indexer: indexer, rate: settings.gemini.embeddingMoveRate,
      pause: { try await loop.sleep(for: $0) })
    return KnowledgeParts(
      retriever: Retriever(pool: pool, model: model, index: index, keys: keys),
      jobs: KnowledgeJobs(pool: pool, indexer: indexer, mover: mover),
      watch: KnowledgeWatch(pool: pool, server: server, indexer: indexer), keys: keys)
  }

  private static func embedding(
    _ settings: Settings.Gemini, model: String
  ) -> GeminiEmbeddingSettings {
    GeminiEmbeddingSettings(apiKey: settings.apiKey, baseURL: settings.baseURL, model: model)
  }

  /// Pinecone, where its key is set.
  private static func vectorIndex(
    _ settings: Settings.Pinecone, _ space: EmbeddingSpace, _ loop: EventLoop
  ) -> NamedIndex? {
    guard let key = settings.apiKey else { return nil }
    let pinecone = PineconeSettings(
      apiKey: key, index: settings.index, baseURL: settings.baseURL)
    return NamedIndex(
      "pinecone:\(settings.index)", PineconeIndex(settings: { pinecone }, space: space, loop: loop))
  }
}
