package import Domain
internal import Postgres

extension Recordings {
  /// How the wrapped keys of recordings move to another master key. No sound is touched.
  package var resealing: Resealing {
    Resealing(
      "recordings.keys",
      find: { try await CallMetadataStore.lockRecordingKeys(after: $0, limit: $1, $2) },
      renew: { try self.renewed($0) },
      replace: { try await CallMetadataStore.replaceRecordingKey($0, $1, $2) },
      count: { try await CallMetadataStore.countRecordingKeys(unlike: $0, $1) })
  }
}

extension CallMetadataStore {
  fileprivate static func lockRecordingKeys(
    after id: String, limit: Int, _ transaction: Transaction
  ) async throws -> [SealedValue] {
    try await transaction.query(
      """
      SELECT call_id, recording_key FROM call_metadata
      WHERE call_id > \(id) AND recording_key IS NOT NULL
      ORDER BY call_id LIMIT \(limit) FOR NO KEY UPDATE
      """
    ).map { SealedValue(id: try $0.decode("call_id"), bytes: try $0.decode("recording_key")) }
  }

  fileprivate static func replaceRecordingKey(
    _ id: String, _ bytes: [UInt8], _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      "UPDATE call_metadata SET recording_key = \(bytes) WHERE call_id = \(id)")
  }

  /// How many keys do not begin with a mark.
  fileprivate static func countRecordingKeys(
    unlike mark: [UInt8], _ transaction: Transaction
  ) async throws -> Int {
    try await transaction.query(
      """
      SELECT count(*) AS count FROM call_metadata
      WHERE recording_key IS NOT NULL AND substr(recording_key, 1, \(mark.count)) <> \(mark)
      """)[0].decode("count")
  }
}
