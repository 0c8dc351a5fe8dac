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
    /// There is more to do, from then on.
    case more(after: Duration)
    /// The servers want different things.
    case disagreement
  }

  /// The time of a run is over; the next one may send passages after this long.
  private struct SliceOver: Error {
    let pause: Duration
  }

  /// How long one run goes on.
  private static let slice = Duration.seconds(300)
  /// Agents that one run looks at, and those that may fail before it is over.
  private static let agentLimit = 500
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
    var pace = MovePace(rate: rate, end: .now + Self.slice)
    do {
      return try await run(&pace)
    } catch let over as SliceOver {
      return .more(after: over.pause)
    }
  }

  private func run(_ pace: inout MovePace) async throws -> OnRun {
    let system = pool.autocommit(.system)
    // Each agent once, whatever came of it: one that could be moved and was not would be found for ever.
    var passed: [AgentID] = []
    var failures = 0
    while .now < pace.end, passed.count < Self.agentLimit {
      guard try await ServerStore.agree(on: indexer.placement, system) else { return .disagreement }
      let found = try await SpaceStore.misplaced(
        wanted: indexer.placement, without: passed, limit: 1, system)
      guard let document = found.first else { return .done }
      passed.append(document.agent)
      guard let error = try await bring(document, &pace) else { continue }
      Log("knowledge").warning(
        "an agent's documents could not be moved",
        ["agent_id": "\(document.agent)", "error": "\(error)"])
      failures += 1
      if failures == Self.failureLimit { return .done }
    }
    return .more(after: pace.rest(.now))
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
          switch pace.next(count, now: .now) {
          case .over(let wait): throw SliceOver(pause: wait)
          case .send(let wait): if wait > .zero { try await pause(wait) }
          }
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
