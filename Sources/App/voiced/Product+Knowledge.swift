internal import Documents
internal import Documents
internal import EventLoop
internal import Knowledge
internal import Postgres
internal import Speech
internal import Vendors

extension Product {
  /// What finds passages, and what reads documents; both with the model and the index of the settings.
  static func knowledge(
    _ current: CurrentSettings, _ pool: PostgresPool, _ loop: EventLoop
  ) -> (Retriever, KnowledgeJobs) {
    let settings = current.value
    let model = GeminiEmbeddingModel(
      settings: { embedding(current.value.gemini, model: settings.gemini.embeddingModel) },
      loop: loop)
    let index = vectorIndex(settings.pinecone, model.space, loop)
    let reader = DocumentReader(loop: loop)
    let indexer = Indexer(pool: pool, model: model, index: index) { try await reader.pages(of: $0) }
    return (
      Retriever(pool: pool, model: model, index: index),
      KnowledgeJobs(pool: pool, indexer: indexer)
    )
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
