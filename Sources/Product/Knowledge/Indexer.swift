package import Documents
internal import Domain
internal import EventLoop
package import Postgres
package import Speech
internal import Telemetry

/// Makes an uploaded file one that agents answer from: its text, passages, vectors, and their copy in an
/// index where there is one.
///
/// Each step is committed, so a job that is run again goes on where the last one stopped.
package struct Indexer: Sendable {
  /// Passages that an agent's documents have together: their vectors fit into a part of the cache.
  static let limit = 5_000

  /// The text of a file, page by page; throws `DocumentError`.
  package typealias Reader = @Sendable ([UInt8]) async throws -> [DocumentPage]

  private let pool: PostgresPool
  private let model: any EmbeddingModel
  private let index: NamedIndex?
  private let reader: Reader

  package init(
    pool: PostgresPool, model: any EmbeddingModel, index: NamedIndex?, reader: @escaping Reader
  ) {
    self.pool = pool
    self.model = model
    self.index = index
    self.reader = reader
  }

  var hasIndex: Bool { index != nil }

  /// Where vectors are wanted now.
  var placement: String { model.space.placement(index) }

  /// Brings a document to where it is wanted; nothing happens when it is gone, failed or there.
  func index(_ id: DocumentID) async throws {
    let system = pool.autocommit(.system)
    guard var document = try await DocumentStore.find(id, system), document.state != .failed else {
      return
    }
    if let content = try await DocumentStore.file(of: id, system) {
      guard let read = try await read(content, of: document) else { return }
      document = read
    }
    let space = model.space
    try await embed(document, in: space)
    try await finish(document, in: space)
    if index != nil { try await copy(document, space) }
  }

  /// Removes what the index has of a document.
  func forget(_ document: DocumentID, of agent: AgentID, _ merchant: MerchantID) async throws {
    try await index?.index.remove(
      prefix: NamedIndex.prefix(document, of: agent), namespace: merchant.text)
  }

  /// Fails a document that waits, with the reason for its merchant.
  func giveUp(_ id: DocumentID, _ reason: String) async throws {
    try await pool.transaction(tenant: .system) { transaction in
      guard let failed = try await DocumentStore.markFailed(id, error: reason, transaction) else {
        return
      }
      try await DocumentStore.deleteFile(of: id, transaction)
      try await PassageStore.replace([], of: failed, transaction)
      try await KnowledgeNews.tell(.documentFailed, of: failed, transaction)
    }
  }

  /// Keeps what a file says in place of the file; `nil` when it was given up, or is gone.
  private func read(
    _ content: [UInt8], of document: DocumentRecord
  ) async throws -> DocumentRecord? {
    let passages: [CutPassage]
    do {
      let pages = try await reader(content)
      // A long document would hold up a loop that carries calls.
      passages = try await blocking { PassageCutter().cut(pages) }
    } catch let error as DocumentError where error.kind != .unavailable {
      try await giveUp(document.id, error.message)
      return nil
    }
    guard !passages.isEmpty else {
      try await giveUp(document.id, "there is no text in it")
      return nil
    }
    let (kept, excess) = try await keep(passages, of: document)
    if let excess { try await giveUp(document.id, excess) }
    return kept
  }

  /// The document with its passages kept, or why an agent cannot have as many.
  private func keep(
    _ passages: [CutPassage], of document: DocumentRecord
  ) async throws -> (DocumentRecord?, excess: String?) {
    try await pool.transaction(tenant: .merchant(document.merchant.text)) { transaction in
      guard try await DocumentStore.lock(document.agent, document.merchant, transaction) else {
        return (nil, "its agent is deleted")
      }
      let others = try await DocumentStore.counts(of: document.agent, transaction).passages
      let total = Int(others) + passages.count
      guard total <= Self.limit else {
        return (
          nil, "with it the agent's documents have \(total) passages; the limit is \(Self.limit)"
        )
      }
      guard
        let kept = try await DocumentStore.setPassages(
          passages.count, of: document.id, transaction)
      else { return (nil, nil) }
      try await PassageStore.replace(passages, of: kept, transaction)
      try await DocumentStore.deleteFile(of: document.id, transaction)
      return (kept, nil)
    }
  }

  /// Gives each passage that has none in `space` its vector, batch by batch.
  private func embed(_ document: DocumentRecord, in space: EmbeddingSpace) async throws {
    let database = pool.autocommit(.merchant(document.merchant.text))
    while true {
      let batch = try await PassageStore.unplaced(
        of: document.id, space: space, limit: model.batchSize, database)
      if batch.isEmpty { return }
      let vectors = try await model.embed(batch.map(\.words), as: .passage)
      guard vectors.count == batch.count, vectors.allSatisfy({ $0.count == space.dimensions })
      else { throw SpeechError(.transient, "the embedding model was changed meanwhile") }
      try await pool.transaction(tenant: .merchant(document.merchant.text)) {
        try await PassageStore.place(
          Array(zip(batch.map(\.number), vectors)), of: document.id, space: space, $0)
      }
    }
  }

  /// Makes the document one to answer from, if its merchant has not deleted it meanwhile.
  private func finish(_ document: DocumentRecord, in space: EmbeddingSpace) async throws {
    try await pool.transaction(tenant: .system) { transaction in
      let ready = try await DocumentStore.markReady(
        document.id, placement: space.name, transaction)
      guard let ready else { return }
      try await DocumentStore.bump(ready, transaction)
      if document.state == .pending {
        try await KnowledgeNews.tell(.documentReady, of: ready, transaction)
      }
    }
  }

  /// Puts the vectors into the index too. Of a document that was deleted meanwhile none stays there.
  private func copy(_ document: DocumentRecord, _ space: EmbeddingSpace) async throws {
    let vectors = try await PassageStore.vectors(
      of: document.id, space: space, pool.autocommit(.merchant(document.merchant.text)))
    try await index?.index.write(
      vectors.map { key, vector in
        IndexedVector(
          id: NamedIndex.id(key, of: document.agent), group: document.agent.text, values: vector)
      }, namespace: document.merchant.text)
    let ready = try await pool.transaction(tenant: .system) {
      try await DocumentStore.markReady(document.id, placement: space.placement(index), $0)
    }
    if ready == nil { try await forget(document.id, of: document.agent, document.merchant) }
  }
}
