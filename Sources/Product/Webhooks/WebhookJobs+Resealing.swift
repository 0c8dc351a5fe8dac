package import Domain
internal import Postgres

extension WebhookJobs {
  /// How the signing secrets of endpoints, which `seal` sealed, move to another master key: those that
  /// sign, and those before them.
  package static func resealings(_ seal: DataSeal) -> [Resealing] {
    [
      Resealing(
        "webhooks.secrets", find: { try await EndpointStore.lockSecrets(after: $0, limit: $1, $2) },
        renew: { try seal.renew($0.bytes, of: $0.id) },
        replace: { try await EndpointStore.replaceSecret($0, $1, $2) },
        count: { try await EndpointStore.countSecrets(unlike: $0, $1) }),
      Resealing(
        "webhooks.old_secrets",
        find: { try await EndpointStore.lockOldSecrets(after: $0, limit: $1, $2) },
        renew: { try seal.renew($0.bytes, of: $0.id) },
        replace: { try await EndpointStore.replaceOldSecret($0, $1, $2) },
        count: { try await EndpointStore.countOldSecrets(unlike: $0, $1) }),
    ]
  }
}

extension EndpointStore {
  fileprivate static func lockSecrets(
    after id: String, limit: Int, _ transaction: Transaction
  ) async throws -> [SealedValue] {
    try await transaction.query(
      """
      SELECT endpoint_id, secret FROM webhook_endpoints WHERE endpoint_id > \(id)
      ORDER BY endpoint_id LIMIT \(limit) FOR NO KEY UPDATE
      """
    ).map { SealedValue(id: try $0.decode("endpoint_id"), bytes: try $0.decode("secret")) }
  }

  fileprivate static func lockOldSecrets(
    after id: String, limit: Int, _ transaction: Transaction
  ) async throws -> [SealedValue] {
    try await transaction.query(
      """
      SELECT endpoint_id, old_secret FROM webhook_endpoints
      WHERE endpoint_id > \(id) AND old_secret IS NOT NULL
      ORDER BY endpoint_id LIMIT \(limit) FOR NO KEY UPDATE
      """
    ).map { SealedValue(id: try $0.decode("endpoint_id"), bytes: try $0.decode("old_secret")) }
  }

  fileprivate static func replaceSecret(
    _ id: String, _ bytes: [UInt8], _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      "UPDATE webhook_endpoints SET secret = \(bytes) WHERE endpoint_id = \(id)")
  }

  fileprivate static func replaceOldSecret(
    _ id: String, _ bytes: [UInt8], _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      "UPDATE webhook_endpoints SET old_secret = \(bytes) WHERE endpoint_id = \(id)")
  }

  fileprivate static func countSecrets(
    unlike mark: [UInt8], _ transaction: Transaction
  ) async throws -> Int {
    try await transaction.query(
      """
      SELECT count(*) AS count FROM webhook_endpoints
      WHERE substr(secret, 1, \(mark.count)) <> \(mark)
      """)[0].decode("count")
  }

  fileprivate static func countOldSecrets(
    unlike mark: [UInt8], _ transaction: Transaction
  ) async throws -> Int {
    try await transaction.query(
      """
      SELECT count(*) AS count FROM webhook_endpoints
      WHERE old_secret IS NOT NULL AND substr(old_secret, 1, \(mark.count)) <> \(mark)
      """)[0].decode("count")
  }
}
