internal import Domain
package import Postgres
internal import Speech
internal import Telemetry

/// Moves agents to the model and the index that all servers want: one after another, in one process of all,
/// no faster than its rate.
///
/// An agent's passages get the new model's vectors beside the old ones, by which it is found until none lacks
/// one; then it is searched by the new ones at once, and the old ones are gone. Each batch is committed, so a
/// run goes on where the one before stopped.
package struct KnowledgeMover: Sendable {
  /// What a run came to.
  enum OnRun: Equatable {
    /// Every agent is where it is wanted, or could not be moved now.
    case done
    /// There is more to do.
    case more
    /// The servers want different things.
    case disagreement
  }

  /// How long one run goes on.
  private static let slice = Duration.seconds(300)
  /// Documents that are looked up at a time.
  private static let batch = 100
  /// Agents that may fail before a run is over.
  private static let failureLimit = 50

  private let pool: PostgresPool
  private let indexer: Indexer
  private let rate: Int
  private let pause: @Sendable (Duration) async throws -> Void

  /// Embeds `rate` passages a minute at most; waits by `pause`.
  package init(
    pool: PostgresPool, indexer: Indexer, rate: Int,
    pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.pool = pool
    self.indexer = indexer
    self.rate = rate
    self.pause = pause
  }

  /// Whether a run would find something to do.
  func isNeeded(_ database: some Querying) async throws -> Bool {
    guard try await ServerStore.agree(on: indexer.placement, database) else { return false }
    return try await !SpaceStore.misplaced(wanted: indexer.placement, limit: 1, database).isEmpty
  }

  /// One run. Throws ``SpeechError`` when the vendor is in trouble, not for what one document is refused for.
  func run() async throws -> OnRun {
    let system = pool.autocommit(.system)
    let end = ContinuousClock.now + Self.slice
    var pace = MovePace(rate: rate)
    var passed: [AgentID] = []
    while ContinuousClock.now < end, passed.count < Self.failureLimit {
      guard try await ServerStore.agree(on: indexer.placement, system) else { return .disagreement }
      let found = try await SpaceStore.misplaced(
        wanted: indexer.placement, without: passed, limit: Self.batch, system)
      guard let document = found.first else { return .done }
      guard let error = try await bring(document, &pace) else { continue }
      Log("knowledge").warning(
        "an agent's documents could not be moved",
        ["agent_id": "\(document.agent)", "error": "\(error)"])
      passed.append(document.agent)
    }
    return passed.isEmpty ? .more : .done
  }

  /// Moves the agent that a document is of, and copies it to the index; why it has to wait while others go
  /// on, or `nil`.
  private func bring(
    _ document: DocumentRecord, _ pace: inout MovePace
  ) async throws -> SpeechError? {
    do {
      try await move(document, &pace)
    } catch let error as SpeechError where error.kind == .permanent {
      return error
    }
    do {
      for document in try await ready(like: document) { try await indexer.copy(document) }
    } catch let error as SpeechError {
      return error
    }
    return nil
  }

  private func move(_ document: DocumentRecord, _ pace: inout MovePace) async throws {
    let space = indexer.model.space
    // Again for documents that became ready meanwhile.
    repeat {
      for document in try await ready(like: document) {
        try await indexer.embedder.embed(document, in: space) { count in
          let wait = pace.pause(before: count, now: .now)
          if wait > .zero { try await pause(wait) }
        }
      }
    } while try await !replaceVectors(of: document, in: space)
  }

  private func ready(like document: DocumentRecord) async throws -> [DocumentRecord] {
    try await SpaceStore.ready(of: document.agent, pool.autocommit(.system))
  }

  /// Has the agent searched in `space`; false when a document lacks vectors there.
  private func replaceVectors(
    of document: DocumentRecord, in space: EmbeddingSpace
  ) async throws -> Bool {
    try await pool.transaction(tenant: .system) { transaction in
      let standing = try await SpaceStore.lock(document, transaction)
      guard try await SpaceStore.isEmbedded(document.agent, in: space, transaction) else {
        return false
      }
      let ready = try await SpaceStore.ready(of: document.agent, transaction)
      guard standing?.space != space || ready.contains(where: { $0.space != space.name }) else {
        return true
      }
      for document in ready {
        try await SpaceStore.replaceVectors(of: document.id, in: space, transaction)
      }
      try await SpaceStore.settle(document, in: space, transaction)
      return true
    }
  }
}
