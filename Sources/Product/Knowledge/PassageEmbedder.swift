internal import Domain
internal import Postgres
internal import Speech
internal import Telemetry

/// Gives passages their vectors, batch by batch, each committed: a job that is run again goes on where the
/// last one stopped.
struct PassageEmbedder: Sendable {
  let pool: PostgresPool
  let model: any EmbeddingModel
  let keys: DocumentKeys

  private let read = counter("read")
  private let moved = counter("move")

  init(pool: PostgresPool, model: any EmbeddingModel, keys: DocumentKeys) {
    self.pool = pool
    self.model = model
    self.keys = keys
  }

  /// Each passage of a document that has no vector in `space` gets one: beside those that it is found by
  /// when the document is ready, else for good. `willSend` is told of each batch before it is sent.
  func embed(
    _ document: DocumentRecord, in space: EmbeddingSpace,
    willSend: (_ count: Int) async throws -> Void = { _ in }
  ) async throws {
    let database = pool.autocommit(.merchant(document.merchant.text))
    let key = try keys.open(document)
    while true {
      let batch = try await PassageStore.unplaced(
        of: document.id, space: space, limit: model.batchSize, database)
      if batch.isEmpty { return }
      try await willSend(batch.count)
      let vectors = try await model.embed(
        try batch.map { try $0.text(key) }, as: .passage, in: space)
      guard vectors.count == batch.count, vectors.allSatisfy({ $0.count == space.dimensions })
      else {
        throw SpeechError(.transient, "the embedding model gave other vectors than asked for")
      }
      try await pool.transaction(tenant: .merchant(document.merchant.text)) {
        try await PassageStore.place(
          Array(zip(batch.map(\.number), vectors)), of: document.id, space: space,
          isNext: document.state == .ready, $0)
      }
      (document.state == .ready ? moved : read).increment(by: UInt64(batch.count))
    }
  }

  private static func counter(_ work: String) -> Counter {
    MetricsRegistry.process.counter(
      "payaid_knowledge_passages_embedded_total",
      help: "Passages that got a vector, by why: a document was read, or moved to another model.",
      labels: ["work": work])
  }
}
