internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// All SQL of tools' secrets. Every function runs in the caller's transaction, which names the
/// merchant.
enum ToolSecretStore {
  /// Most secrets of one merchant.
  static let limit = 100

  /// Keeps a sealed value and its hosts under `name`, in place of earlier ones.
  static func set(
    _ name: String, sealed: [UInt8], hosts: SecretHosts, merchant: String,
    _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Secret {
    let rows = try await transaction.query(
      """
      INSERT INTO tool_secrets (merchant_id, name, sealed, hosts)
      VALUES (\(merchant), \(name), \(sealed), \(hosts.texts))
      ON CONFLICT (merchant_id, name) DO UPDATE
        SET sealed = excluded.sealed, hosts = excluded.hosts, update_time = now()
      RETURNING name, hosts, create_time, update_time
      """)
    return try read(rows[0])
  }

  /// All of the merchant's, by name, without their values.
  static func all(_ transaction: Transaction) async throws -> [Payaid.Voice.V1.Secret] {
    try await transaction.query(
      """
      SELECT name, hosts, create_time, update_time FROM tool_secrets ORDER BY merchant_id, name
      """
    ).map(read)
  }

  /// Where the merchant's secrets may be sent, by their names.
  static func hosts(_ transaction: Transaction) async throws -> [String: SecretHosts] {
    let rows = try await transaction.query("SELECT name, hosts FROM tool_secrets")
    return Dictionary(
      uniqueKeysWithValues: try rows.map {
        (try $0.decode("name"), SecretHosts(stored: try $0.decode("hosts")))
      })
  }

  /// Sealed values and their hosts by name, of those of `names` that there are, for one merchant.
  static func sealed(
    _ names: [String], merchant: String, _ transaction: Transaction
  ) async throws -> [String: (sealed: [UInt8], hosts: SecretHosts)] {
    let rows = try await transaction.query(
      """
      SELECT name, sealed, hosts FROM tool_secrets
      WHERE merchant_id = \(merchant) AND name = ANY(\(names))
      """)
    return Dictionary(
      uniqueKeysWithValues: try rows.map {
        let hosts = SecretHosts(stored: try $0.decode("hosts"))
        return (try $0.decode("name"), (try $0.decode("sealed"), hosts))
      })
  }

  /// Deletes a secret; false when there is none of that name.
  static func delete(_ name: String, _ transaction: Transaction) async throws -> Bool {
    let rows = try await transaction.query(
      "DELETE FROM tool_secrets WHERE name = \(name) RETURNING 1 AS one")
    return !rows.isEmpty
  }

  private static func read(_ row: Row) throws -> Payaid.Voice.V1.Secret {
    var secret = Payaid.Voice.V1.Secret()
    secret.name = try row.decode("name")
    secret.hosts = try row.decode("hosts")
    secret.createTime = try row.decode("create_time", as: Moment.self).timestamp
    secret.updateTime = try row.decode("update_time", as: Moment.self).timestamp
    return secret
  }
}
