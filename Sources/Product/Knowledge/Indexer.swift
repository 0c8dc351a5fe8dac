package import Documents
internal import Domain
internal import EventLoop
internal import Jobs
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
  /// How soon a document is tried again that waits for its agent to be moved.
  private static let movePause = Duration.seconds(300)

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
      try await embed(document, in: space)
      guard let ready = try await finish(document, in: space) else { return }
      document = ready
    }
    try await copy(document)
  }

  /// Gives what waits its vectors; while the agent waits to leave a model that is gone, so does the document.
  private func embed(_ document: DocumentRecord, in space: EmbeddingSpace) async throws {
    do {
      try await embedder.embed(document, in: space)
    } catch let error as SpeechError
      where space != model.space && [.configuration, .permanent].contains(error.kind)
    {
      Log("knowledge").warning(
        "a document waits until its agent has left its model", ["error": "\(error)"])
      throw JobControl.snooze(Self.movePause)
    }
  }

  /// Removes what the index has of a document.
  func forget(_ document: DocumentID, of agent: AgentID, _ merchant: MerchantID) async throws {
    try await index?.index.remove(
      prefix: NamedIndex.prefix(document, of: agent), namespace: merchant.text)
  }

  /// Fails a document that waits, with the reason for its merchant.
  func giveUp(_ id: DocumentID, _ reason: String) async throws {
    try await pool.transaction(tenant: .system) { try await giveUp(id, reason, $0) }
  }

  private func giveUp(
    _ id: DocumentID, _ reason: String, _ transaction: Transaction
  ) async throws {
    guard let failed = try await DocumentStore.markFailed(id, error: reason, transaction) else {
      return
    }
    try await DocumentStore.deleteFile(of: id, transaction)
    try await PassageStore.replace([], of: failed, transaction)
    try await KnowledgeNews.tell(.documentFailed, of: failed, transaction)
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
    return try await keep(passages, notice, sealedBy: key, of: document)
  }

  /// The document with its passages kept; as another run of the job has left it when that was faster.
  private func keep(
    _ passages: [SealedPassage], _ notice: String, sealedBy key: DocumentKey,
    of document: DocumentRecord
  ) async throws -> DocumentRecord? {
    try await pool.transaction(tenant: .merchant(document.merchant.text)) { transaction in
      guard try await DocumentStore.lock(document.agent, document.merchant, transaction) else {
        try await giveUp(document.id, "its agent is deleted", transaction)
        return nil
      }
      guard try await DocumentStore.deleteFile(of: document.id, transaction) else {
        return try await DocumentStore.find(document.id, transaction)
      }
      let others = try await DocumentStore.counts(of: document.agent, transaction).passages
      let total = Int(others) + passages.count
      guard total <= Self.limit else {
        try await giveUp(
          document.id,
          "with it the agent's documents have \(total) passages; the limit is \(Self.limit)",
          transaction)
        return nil
      }
      try await DocumentKeyStore.insert(key, of: document.id, transaction)
      guard
        let kept = try await DocumentStore.setPassages(
          passages.count, notice, of: document.id, transaction)
      else { return nil }
      try await PassageStore.replace(passages, of: kept, transaction)
      return kept
    }
  }

  /// Makes the document one to answer from; `nil` when it waits no more: its merchant has deleted it, or
  /// another run of the job was faster.
  private func finish(
    _ document: DocumentRecord, in space: EmbeddingSpace
  ) async throws -> DocumentRecord? {
    try await pool.transaction(tenant: .system) { transaction in
      let standing = try await SpaceStore.lock(document, transaction)
      guard let waiting = try await DocumentStore.find(document.id, transaction),
        waiting.state == .pending
      else { return nil }
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

  /// Has the document where it is wanted: puts the vectors that it is found by into the index too, where there
  /// is one and it has not got them. Of a document that was deleted meanwhile none stays there.
  func copy(_ document: DocumentRecord) async throws {
    let system = pool.autocommit(.system)
    let standing = try await SpaceStore.standing(of: document.agent, index, system)
    guard let space = standing?.space, document.placement != space.placement(index) else { return }
    if let index {
      guard try await write(document, space, to: index) else { return }
    }
    let isThere = try await pool.transaction(tenant: .system) { transaction in
      let standing = try await SpaceStore.lock(document, transaction)
      let current = standing?.space ?? space
      // Of an agent that was moved meanwhile the index now has the old vectors: they are copied again.
      return try await DocumentStore.markReady(
        document.id, placement: current == space ? space.placement(index) : current.name,
        transaction) != nil
    }
    if !isThere { try await forget(document.id, of: document.agent, document.merchant) }
  }

  /// Writes a document's vectors to an index; false when not all of its passages have one.
  private func write(
    _ document: DocumentRecord, _ space: EmbeddingSpace, to index: NamedIndex
  ) async throws -> Bool {
    let vectors = try await PassageStore.vectors(
      of: document.id, space: space, pool.autocommit(.merchant(document.merchant.text)))
    guard vectors.count == document.passages else { return false }
    try await index.index.write(
      vectors.map { key, vector in
        IndexedVector(
          id: NamedIndex.id(key, of: document.agent), group: document.agent.text, values: vector)
      }, namespace: document.merchant.text)
    return true
  }
}
