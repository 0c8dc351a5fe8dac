internal import Documents
internal import Domain
package import Jobs
package import Postgres
internal import Speech

/// The background work of knowledge: a queue of its own, so that a long document holds up no call, and one for
/// what goes through all documents, so that it holds up none.
package struct KnowledgeJobs: Sendable {
  /// The queue that documents wait in.
  package static let queue = JobQueue("knowledge")
  /// Documents that a process reads at a time.
  package static let concurrency = 2
  /// The queue of moving and sealing.
  package static let moves = JobQueue("knowledge-moves")

  private static let readKind = "knowledge.read"
  /// What a version before this leaves and takes, which cannot read what is sealed.
  private static let indexKind = "knowledge.index"
  private static let forgetKind = "knowledge.forget"
  private static let sweepKind = "knowledge.sweep"
  private static let moveKind = "knowledge.move"
  private static let sealKind = "knowledge.seal"
  /// About 80 minutes of trying.
  private static let attempts = 8
  /// Documents of a merchant that wait in the order in which they came; more of them let others go first.
  private static let share: Int64 = 2
  /// How soon a move is looked at again, by whoever has it next.
  private static let movePause = Duration.seconds(15)
  /// How long a move waits for a quota whose end the vendor does not tell, and most of what it tells.
  private static let quotaPause = (usual: Duration.seconds(60), most: Duration.seconds(3_600))
  /// Deleted agents whose documents one sweep removes at most.
  private static let sweepAgents = 10

  private let indexer: Indexer
  private let mover: KnowledgeMover
  private let sealer: DocumentSealer
  private let pool: PostgresPool

  package init(pool: PostgresPool, indexer: Indexer, mover: KnowledgeMover) {
    self.pool = pool
    self.indexer = indexer
    self.mover = mover
    sealer = DocumentSealer(pool: pool, keys: indexer.keys)
  }

  /// Where vectors are wanted.
  var space: EmbeddingSpace { indexer.model.space }

  /// What recurs: agents are moved to the model and the index that are wanted now, and documents go with
  /// their agents.
  package static let schedules = [
    JobSchedule(name: sweepKind, kind: sweepKind, queue: queue.name, .every(.seconds(300)))
  ]

  /// What runs the jobs of `queue`.
  package var handlers: [JobHandler] {
    [
      JobHandler(kind: Self.readKind, timeout: .seconds(600)) { job in
        try await read(try Self.document(job), isLastAttempt: job.isLastAttempt)
      },
      JobHandler(kind: Self.indexKind) { job in try await handOn(try Self.document(job)) },
      JobHandler(kind: Self.forgetKind, timeout: .seconds(120)) { job in
        let parts = String(decoding: job.payload, as: UTF8.self).split(separator: " ")
        guard parts.count == 3, let merchant = MerchantID(String(parts[0])),
          let agent = AgentID(String(parts[1])), let document = DocumentID(String(parts[2]))
        else { throw JobControl.discard(reason: "the payload names no document") }
        try await indexer.forget(document, of: agent, merchant)
      },
      JobHandler(kind: Self.sweepKind) { _ in try await sweep() },
    ]
  }

  /// What runs the jobs of `moves`.
  package var moveHandlers: [JobHandler] {
    [
      JobHandler(kind: Self.moveKind, timeout: .seconds(900)) { _ in try await move() },
      JobHandler(kind: Self.sealKind, timeout: .seconds(300)) { _ in
        if try await sealer.run() == .more { throw JobControl.snooze(.seconds(1)) }
      },
    ]
  }

  private static func document(_ job: Job) throws -> DocumentID {
    guard let id = DocumentID(String(decoding: job.payload, as: UTF8.self)) else {
      throw JobControl.discard(reason: "the payload is no document's id")
    }
    return id
  }

  /// Makes a job of a version before this one of ours: what is read of the document now is sealed.
  func handOn(_ id: DocumentID) async throws {
    guard let document = try await DocumentStore.find(id, pool.autocommit(.system)) else { return }
    try await pool.transaction(tenant: .merchant(document.merchant.text)) {
      try await Self.enqueueReading(document, $0)
    }
  }

  /// Leaves a document to be read, in the transaction that keeps it: after everybody's when several of its
  /// merchant wait.
  static func enqueueReading(_ document: DocumentRecord, _ transaction: Transaction) async throws {
    let waiting = try await DocumentStore.pending(of: document.merchant, transaction)
    try await queue.enqueue(
      kind: readKind, payload: Array(document.id.text.utf8), uniqueKey: document.id.text,
      maxAttempts: attempts, priority: waiting > share ? .low : .normal, transaction)
  }

  /// Leaves the copies of a document's vectors to be removed, in the transaction that deletes it.
  func enqueueForgetting(_ document: DocumentRecord, _ transaction: Transaction) async throws {
    guard indexer.hasIndex else { return }
    let payload = "\(document.merchant.text) \(document.agent.text) \(document.id.text)"
    try await Self.queue.enqueue(
      kind: Self.forgetKind, payload: Array(payload.utf8), uniqueKey: document.id.text,
      priority: .high, transaction)
  }

  /// Reads a document; what a failure at the vendor means for the job is decided here.
  private func read(_ id: DocumentID, isLastAttempt: Bool) async throws {
    do {
      try await indexer.index(id)
    } catch let error as SpeechError {
      if isLastAttempt || error.kind == .permanent {
        try await indexer.giveUp(id, "the embedding model did not take the document")
      }
      if error.kind == .permanent { throw JobControl.discard(reason: error.message) }
      throw error.retryAfter.map { JobControl.retry(after: $0, reason: error.message) } ?? error
    } catch let control as JobControl {
      throw control
    } catch {
      if isLastAttempt {
        let reason = (error as? DocumentError)?.message ?? "the document could not be kept"
        try await indexer.giveUp(id, reason)
      }
      throw error
    }
  }

  /// Moves agents; nothing but trouble at the vendor counts as an attempt.
  private func move() async throws {
    do {
      switch try await mover.run() {
      case .done: return
      case .more(let pause): throw JobControl.snooze(max(pause, Self.movePause))
      case .disagreement: throw JobControl.snooze(Self.movePause)
      }
    } catch let error as SpeechError where error.kind == .quota {
      throw JobControl.snooze(min(error.retryAfter ?? Self.quotaPause.usual, Self.quotaPause.most))
    } catch let error as SpeechError {
      throw JobControl.retry(
        after: error.retryAfter ?? Self.quotaPause.usual, reason: error.message)
    }
  }

  /// Has agents moved to where they are wanted, and plain text sealed, in one job each, and removes the
  /// documents of deleted agents.
  func sweep() async throws {
    try await pool.transaction(tenant: .system) { transaction in
      let orphans = try await DocumentStore.deleteOrphans(agents: Self.sweepAgents, transaction)
      for document in orphans { try await enqueueForgetting(document, transaction) }
      if try await DocumentKeyStore.hasPlain(transaction) {
        try await Self.moves.enqueue(kind: Self.sealKind, uniqueKey: "all", transaction)
      }
      if try await mover.isNeeded(transaction) {
        try await Self.moves.enqueue(kind: Self.moveKind, uniqueKey: "all", transaction)
      }
    }
  }
}
