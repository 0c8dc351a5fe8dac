internal import Postgres

/// Seals the text of documents that a version before this kept plain: a document a transaction, so that a run
/// goes on where the one before stopped and no table is held.
struct DocumentSealer: Sendable {
  enum OnRun: Equatable {
    case done, more
  }

  /// Documents of one run.
  private static let documents = 200
  /// Passages that are sealed at a time: some milliseconds of a loop that carries calls.
  private static let batch = 500

  let pool: PostgresPool
  let keys: DocumentKeys

  func run() async throws -> OnRun {
    for _ in 0..<Self.documents {
      let isOver = try await pool.transaction(tenant: .system) { transaction in
        guard let document = try await DocumentKeyStore.lockPlain(transaction) else { return true }
        try await seal(document, transaction)
        return false
      }
      if isOver { return .done }
    }
    return .more
  }

  private func seal(_ document: DocumentRecord, _ transaction: Transaction) async throws {
    let key = try keys.make(for: document.id, of: document.merchant)
    try await DocumentKeyStore.insert(key, of: document.id, transaction)
    while true {
      let plain = try await PassageStore.plain(of: document.id, limit: Self.batch, transaction)
      guard !plain.isEmpty else { return }
      let sealed = try plain.map {
        (number: $0.number, sealed: try key.seal(try $0.text(nil), number: $0.number))
      }
      try await PassageStore.seal(sealed, of: document.id, transaction)
    }
  }
}
