package import Domain
package import Postgres

/// All SQL of accounts. Every function runs in the caller's transaction.
package enum AccountStore {
  /// A merchant's key as it is checked.
  struct StoredKey: Sendable {
    let merchant: MerchantID
    let secretHash: [UInt8]
    let scopes: [String]
    let expireTime: Moment?
    let isRevoked: Bool
  }

  /// Makes a merchant, or finds the one with this address, whose name then stays as it is.
  package static func ensureMerchant(
    name: String, email: String, _ transaction: Transaction
  ) async throws -> MerchantID {
    let rows = try await transaction.query(
      """
      INSERT INTO merchants (merchant_id, name, email)
      VALUES (\(MerchantID().text), \(name), \(email.lowercased()))
      ON CONFLICT (email) DO UPDATE SET name = merchants.name
      RETURNING merchant_id
      """)
    guard let id = MerchantID(try rows[0].decode("merchant_id", as: String.self)) else {
      throw PostgresError(.invalidValue, "merchants.merchant_id is no merchant's id")
    }
    return id
  }

  /// Keeps a new key of `merchant`.
  package static func insert(
    _ key: APIKey, displayName: String, merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO api_keys (key_id, merchant_id, display_name, secret_hash)
      VALUES (\(key.id), \(merchant.text), \(displayName), \(key.secretHash))
      """)
  }

  /// Notes that a key was used, at most once a minute; `nil` when there is no such key.
  static func use(_ id: String, _ transaction: Transaction) async throws -> StoredKey? {
    let rows = try await transaction.query(
      """
      SELECT merchant_id, secret_hash, scopes, expire_time, revoke_time IS NOT NULL AS revoked
      FROM api_keys WHERE key_id = \(id)
      """)
    guard let row = rows.first,
      let merchant = MerchantID(try row.decode("merchant_id", as: String.self))
    else { return nil }
    try await transaction.execute(
      """
      UPDATE api_keys SET last_used = now()
      WHERE key_id = \(id) AND (last_used IS NULL OR last_used < now() - interval '1 minute')
      """)
    return StoredKey(
      merchant: merchant, secretHash: try row.decode("secret_hash"),
      scopes: try row.decode("scopes"), expireTime: try row.decode("expire_time", as: Moment?.self),
      isRevoked: try row.decode("revoked"))
  }
}
