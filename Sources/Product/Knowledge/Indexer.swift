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
  package typealias Reader = @Sendable ([UInt8]) async throws -> DocumentText

  let pool: PostgresPool
  let model: any EmbeddingModel
  let index: NamedIndex?
  let keys: DocumentKeys
  let embedder: PassageEmbedder
  private let reader: Reader

  package init(
    pool: PostgresPool, model: any EmbeddingModel, index: NamedIndex?, keys: DocumentKeys,
    reader: @escaping Reader
  ) {
    self.pool = pool
    self.model = model
    self.index = index
    self.keys = keys
    embedder = PassageEmbedder(pool: pool, model: model, keys: keys)
    self.reader = reader
  }

  var hasIndex: Bool { index != nil }

  /// Where vectors are wanted now.
  var placement: String { model.space.placement(index) }

  /// Brings a document to where its agent is searched; nothing happens when it is gone, failed or there.
  func index(_ id: DocumentID) async throws {
    let system = pool.autocommit(.system)
    guard var document = try await DocumentStore.find(id, system), document.state != .failed else {
      return
    }
    if let file = try await DocumentStore.file(of: id, system) {
      guard let read = try await read(file, of: document) else { return }
      document = read
    }
    if document.state == .pending {
      let standing = try await SpaceStore.standing(of: document.agent, nil, system)
      let space = standing?.space ?? model.space
      try await embedder.embed(document, in: space)
      guard let ready = try await finish(document, in: space) else { return }
      document = ready
    }
    try await copy(document)
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
    _ file: StoredFile, of document: DocumentRecord
  ) async throws -> DocumentRecord? {
    let key = try keys.open(document) ?? keys.make(for: document.id, of: document.merchant)
    let (passages, notice): ([SealedPassage], String)
    do {
      // A long document would hold up a loop that carries calls.
      let content = try await blocking {
        try file.content ?? file.sealed.map { try key.openFile($0) } ?? []
      }
      let text = try await reader(content)
      notice = text.notice
      passages = try await blocking {
        try PassageCutter().cut(text.pages).enumerated().map { number, passage in
          SealedPassage(
            page: passage.page, words: try key.seal(passage.words, number: Int64(number)))
        }
      }
    } catch let error as DocumentError where error.kind != .unavailable {
      try await giveUp(document.id, error.message)
      return nil
    }
    guard !passages.isEmpty else {
      try await giveUp(document.id, "there is no text in it")
      return nil
    }
    let (kept, excess) = try await keep(
      passages, notice, sealedBy: key, of: document)
    if let excess { try await giveUp(document.id, excess) }
    return kept
  }

  /// The document with its passages kept, or why an agent cannot have as many.
  private func keep(
    _ passages: [SealedPassage], _ notice: String, sealedBy key: DocumentKey,
    of document: DocumentRecord
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
      try await DocumentKeyStore.insert(key, of: document.id, transaction)
      guard
        let kept = try await DocumentStore.setPassages(
          passages.count, notice, of: document.id, transaction)
      else { return (nil, nil) }
      try await PassageStore.replace(passages, of: kept, transaction)
      try await DocumentStore.deleteFile(of: document.id, transaction)
      return (kept, nil)
    }
  }

  /// Makes the document one to answer from; `nil` when its merchant has deleted it meanwhile.
  private func finish(
    _ document: DocumentRecord, in space: EmbeddingSpace
  ) async throws -> DocumentRecord? {
    try await pool.transaction(tenant: .system) { transaction in
      let standing = try await SpaceStore.lock(document, transaction)
      guard standing == nil || standing?.space == space else {
        throw SpeechError(.transient, "the agent was moved to another model meanwhile")
      }
      let ready = try await DocumentStore.markReady(
        document.id, placement: space.name, transaction)
      guard let ready else { return nil }
      try await SpaceStore.settle(ready, in: space, transaction)
      try await KnowledgeNews.tell(.documentReady, of: ready, transaction)
      return ready
    }
  }

  /// Puts the vectors that a document is found by into the index too, where there is one and it has not
  /// got them. Of a document that was deleted meanwhile none stays there.
  func copy(_ document: DocumentRecord) async throws {
    guard let index else { return }
    let system = pool.autocommit(.system)
    let standing = try await SpaceStore.standing(of: document.agent, index, system)
    guard let space = standing?.space, document.placement != space.placement(index) else { return }
    let vectors = try await PassageStore.vectors(
      of: document.id, space: space, pool.autocommit(.merchant(document.merchant.text)))
    guard vectors.count == document.passages else { return }
    try await index.index.write(
      vectors.map { key, vector in
        IndexedVector(
          id: NamedIndex.id(key, of: document.agent), group: document.agent.text, values: vector)
      }, namespace: document.merchant.text)
    let isThere = try await pool.transaction(tenant: .system) { transaction in
      // An agent that was moved meanwhile is copied again.
      guard try await SpaceStore.lock(document, transaction)?.space == space else { return true }
      return try await DocumentStore.markReady(
        document.id, placement: space.placement(index), transaction) != nil
    }
    if !isThere { try await forget(document.id, of: document.agent, document.merchant) }
  }
}
