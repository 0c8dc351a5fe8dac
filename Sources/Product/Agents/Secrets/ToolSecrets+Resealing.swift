package import Domain
internal import Postgres

extension ToolSecrets {
  /// How the values move to another master key. A row's id here is its merchant, a space and its name.
  package var resealing: Resealing {
    Resealing(
      "tool_secrets",
      find: { try await ToolSecretStore.lockSealed(after: $0, limit: $1, $2) },
      renew: { value in
        let parts = value.id.split(separator: " ", maxSplits: 1).map(String.init)
        return try renew(value.bytes, named: parts[1], of: parts[0])
      },
      replace: { try await ToolSecretStore.replaceSealed($0, $1, $2) },
      count: { try await ToolSecretStore.countSealed(unlike: $0, $1) })
  }
}

extension ToolSecretStore {
  /// Sealed values of all merchants, after that with this id.
  static func lockSealed(
    after id: String, limit: Int, _ transaction: Transaction
  ) async throws -> [SealedValue] {
    try await transaction.query(
      """
      SELECT merchant_id || ' ' || name AS id, sealed FROM tool_secrets
      WHERE (merchant_id, name) > (split_part(\(id), ' ', 1), split_part(\(id), ' ', 2))
      ORDER BY merchant_id, name LIMIT \(limit) FOR NO KEY UPDATE
      """
    ).map { SealedValue(id: try $0.decode("id"), bytes: try $0.decode("sealed")) }
  }

  /// Puts the same value, sealed anew, in the place of what is there.
  static func replaceSealed(
    _ id: String, _ bytes: [UInt8], _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE tool_secrets SET sealed = \(bytes)
      WHERE merchant_id = split_part(\(id), ' ', 1) AND name = split_part(\(id), ' ', 2)
      """)
  }

  /// How many values do not begin with a mark.
  static func countSealed(
    unlike mark: [UInt8], _ transaction: Transaction
  ) async throws -> Int {
    try await transaction.query(
      """
      SELECT count(*) AS count FROM tool_secrets WHERE substr(sealed, 1, \(mark.count)) <> \(mark)
      """)[0].decode("count")
  }
}
