package import Domain
internal import Postgres

extension NumberSeal {
  /// How the numbers of erasures under way, and of the calls that are held, move to another master key.
  /// Digests stay those of the first.
  package var resealings: [Resealing] {
    [
      Resealing(
        "erasures.numbers",
        find: { try await ErasureStore.lockNumbers(after: $0, limit: $1, $2) },
        renew: { try renew($0.bytes, in: $0.id) },
        replace: { try await ErasureStore.replaceNumber($0, $1, $2) },
        count: { try await ErasureStore.countNumbers(unlike: $0, $1) }),
      Resealing(
        "erasures.holds",
        find: { try await ErasureStore.lockHeldNumbers(after: $0, limit: $1, $2) },
        renew: { try renew($0.bytes, in: HoldID($0.id).erasure) },
        replace: { try await ErasureStore.replaceHeldNumber(HoldID($0), $1, $2) },
        count: { try await ErasureStore.countHeldNumbers(unlike: $0, $1) }),
    ]
  }
}

/// A row of erasure_holds as one text, in the order of its key.
private struct HoldID {
  let erasure: String
  let call: String

  /// Of an erasure's and a call's id with a slash between them; that before all others of an empty text.
  init(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1)
    erasure = parts.first.map(String.init) ?? ""
    call = parts.count > 1 ? String(parts[1]) : ""
  }
}

extension ErasureStore {
  fileprivate static func lockNumbers(
    after id: String, limit: Int, _ transaction: Transaction
  ) async throws -> [SealedValue] {
    try await transaction.query(
      """
      SELECT erasure_id, number_sealed FROM erasures
      WHERE erasure_id > \(id) AND number_sealed IS NOT NULL
      ORDER BY erasure_id LIMIT \(limit) FOR NO KEY UPDATE
      """
    ).map { SealedValue(id: try $0.decode("erasure_id"), bytes: try $0.decode("number_sealed")) }
  }

  fileprivate static func replaceNumber(
    _ id: String, _ bytes: [UInt8], _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      "UPDATE erasures SET number_sealed = \(bytes) WHERE erasure_id = \(id)")
  }

  /// How many numbers do not begin with a mark.
  fileprivate static func countNumbers(
    unlike mark: [UInt8], _ transaction: Transaction
  ) async throws -> Int {
    try await transaction.query(
      """
      SELECT count(*) AS count FROM erasures
      WHERE number_sealed IS NOT NULL AND substr(number_sealed, 1, \(mark.count)) <> \(mark)
      """)[0].decode("count")
  }

  fileprivate static func lockHeldNumbers(
    after id: String, limit: Int, _ transaction: Transaction
  ) async throws -> [SealedValue] {
    let last = HoldID(id)
    return try await transaction.query(
      """
      SELECT erasure_id || '/' || call_id AS id, number_sealed FROM erasure_holds
      WHERE (erasure_id, call_id) > (\(last.erasure), \(last.call))
      ORDER BY erasure_id, call_id LIMIT \(limit) FOR NO KEY UPDATE
      """
    ).map { SealedValue(id: try $0.decode("id"), bytes: try $0.decode("number_sealed")) }
  }

  fileprivate static func replaceHeldNumber(
    _ id: HoldID, _ bytes: [UInt8], _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE erasure_holds SET number_sealed = \(bytes)
      WHERE erasure_id = \(id.erasure) AND call_id = \(id.call)
      """)
  }

  fileprivate static func countHeldNumbers(
    unlike mark: [UInt8], _ transaction: Transaction
  ) async throws -> Int {
    try await transaction.query(
      """
      SELECT count(*) AS count FROM erasure_holds
      WHERE substr(number_sealed, 1, \(mark.count)) <> \(mark)
      """)[0].decode("count")
  }
}
