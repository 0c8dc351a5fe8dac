package import EventLoop
package import Postgres
internal import Telemetry

/// Says, for as long as this server runs, where it wants the vectors of documents, and counts those that are
/// elsewhere.
package struct KnowledgeWatch: Sendable {
  private static let interval = Duration.seconds(60)
  /// Documents elsewhere that are counted at most.
  private static let countLimit = 10_000

  private let pool: PostgresPool
  private let server: String
  private let placement: String
  private let waiting = MetricsRegistry.process.gauge(
    "payaid_knowledge_documents_to_move",
    help: "Documents that are not where this server wants them, by model and index.")

  package init(pool: PostgresPool, server: String, indexer: Indexer) {
    self.pool = pool
    self.server = server
    placement = indexer.placement
  }

  /// Says it once; to be done before this server moves anything.
  package func announce() async throws {
    try await ServerStore.announce(server, wanting: placement, pool.autocommit(.system))
  }

  /// Until it is cancelled.
  package func run(on loop: EventLoop) async {
    repeat {
      do {
        try await announce()
        waiting.set(
          try await SpaceStore.countMisplaced(
            wanted: placement, limit: Self.countLimit, pool.autocommit(.system)))
      } catch is CancellationError {
        return
      } catch {
        Log("knowledge").warning(
          "where documents are wanted could not be said", ["error": "\(error)"])
      }
    } while (try? await loop.sleep(for: Self.interval)) != nil
  }

  /// Leaves the say to the others: this server stops.
  package func withdraw() async {
    try? await ServerStore.withdraw(server, pool.autocommit(.system))
  }
}
