package import Domain
package import Postgres
internal import Synchronization
internal import TLS

/// All SQL of API keys. Every function runs in the caller's transaction.
package enum APIKeyStore {
  /// A merchant's key as it is checked; an object, since every call looks at it.
  package final class Credential: Sendable, Equatable {
    let id: String
    let state: MerchantState
    let secretHash: [UInt8]
    let scopes: Set<String>
    let expireTime: Moment?
    /// By the database's word, so that clocks which differ cannot revive it.
    let isRevoked: Bool
    /// Who shows that it has the secret.
    let caller: Caller
    /// A secret whose digest was the right one: comparing it again is cheaper than digesting it again.
    private let proven = Mutex<String?>(nil)

    init(
      id: String, merchant: MerchantID, state: MerchantState, secretHash: [UInt8],
      scopes: Set<String>, expireTime: Moment?, isRevoked: Bool
    ) {
      self.id = id
      self.state = state
      self.secretHash = secretHash
      self.scopes = scopes
      self.expireTime = expireTime
      self.isRevoked = isRevoked
      caller = Caller(
        merchant: merchant, credential: .key(id: id, scopes: scopes),
        isSuspended: state == .suspended)
    }

    /// Whether `secret` is the key's; how long that takes says nothing of how much of it is right.
    func isProven(by secret: String) -> Bool {
      if let proven = proven.withLock({ $0 }), constantTimeEquals(proven, secret) { return true }
      guard constantTimeEquals(secretHash, APIKey.hash(of: secret)) else { return false }
      proven.withLock { $0 = secret }
      return true
    }

    package static func == (left: Credential, right: Credential) -> Bool {
      left.caller == right.caller && left.state == right.state
        && left.secretHash == right.secretHash && left.expireTime == right.expireTime
        && left.isRevoked == right.isRevoked
    }
  }

  /// A key as its owner sees it.
  struct StoredKey: Sendable {
    let id: String
    let displayName: String
    let scopes: [String]
    let createTime: Moment
    let expireTime: Moment?
    let lastUsed: Moment?
    let revokeTime: Moment?
    let replacedBy: String?
  }

  private static let columns: Query = """
    key_id, display_name, scopes, create_time, expire_time, last_used, revoke_time, replaced_by
    """

  /// Keeps a new key of `merchant`.
  @discardableResult
  package static func insert(
    _ key: APIKey, displayName: String, scopes: [String] = [], expireTime: Moment? = nil,
    merchant: MerchantID, _ transaction: Transaction
  ) async throws -> String {
    try await transaction.execute(
      """
      INSERT INTO api_keys (key_id, merchant_id, display_name, secret_hash, scopes, expire_time)
      VALUES (\(key.id), \(merchant.text), \(displayName), \(key.secretHash), \(scopes),
        \(expireTime))
      """)
    return key.id
  }

  /// How a key is checked; notes that it was used, at most once a minute. Nil when there is none.
  static func use(_ id: String, _ transaction: Transaction) async throws -> Credential? {
    let rows = try await transaction.query(
      """
      SELECT k.merchant_id, m.state, k.secret_hash, k.scopes,
        k.expire_time, k.revoke_time IS NOT NULL AS revoked,
        coalesce(k.last_used < now() - interval '1 minute', true) AS note
      FROM api_keys k JOIN merchants m USING (merchant_id) WHERE k.key_id = \(id)
      """)
    guard let row = rows.first else { return nil }
    if try row.decode("note") {
      try await transaction.execute(
        "UPDATE api_keys SET last_used = date_trunc('minute', now()) WHERE key_id = \(id)")
    }
    return Credential(
      id: id, merchant: try MerchantID(row), state: try MerchantState(row),
      secretHash: try row.decode("secret_hash"),
      scopes: Set(try row.decode("scopes", as: [String].self)),
      expireTime: try row.decode("expire_time", as: Moment?.self),
      isRevoked: try row.decode("revoked"))
  }

  /// The key, revoked ones too; locked against other changes until the transaction ends.
  static func lock(_ id: String, _ transaction: Transaction) async throws -> StoredKey? {
    let rows = try await transaction.query(
      "SELECT \(columns) FROM api_keys WHERE key_id = \(id) FOR UPDATE")
    return try rows.first.map(storedKey)
  }

  /// Ends a key now; one that was revoked before stays as it is.
  static func revoke(_ id: String, _ transaction: Transaction) async throws -> StoredKey? {
    let rows = try await transaction.query(
      """
      UPDATE api_keys SET revoke_time = coalesce(revoke_time, now())
      WHERE key_id = \(id) RETURNING \(columns)
      """)
    return try rows.first.map(storedKey)
  }

  /// Lets `id` work for `overlap` at most, since `successor` took its place; not at all for zero.
  static func replace(
    _ id: String, by successor: String, overlap: Duration, _ transaction: Transaction
  ) async throws -> StoredKey? {
    let microseconds = overlap.microseconds
    let rows = try await transaction.query(
      """
      UPDATE api_keys SET replaced_by = \(successor),
        expire_time = least(expire_time, now() + \(microseconds)::bigint * interval '1 us'),
        revoke_time = CASE WHEN \(microseconds)::bigint = 0 THEN now() END
      WHERE key_id = \(id) RETURNING \(columns)
      """)
    return try rows.first.map(storedKey)
  }

  /// The key as it is now.
  static func find(_ id: String, _ transaction: Transaction) async throws -> StoredKey? {
    let rows = try await transaction.query(
      "SELECT \(columns) FROM api_keys WHERE key_id = \(id)")
    return try rows.first.map(storedKey)
  }

  /// How many keys of `merchant` work.
  static func liveCount(_ merchant: MerchantID, _ transaction: Transaction) async throws -> Int {
    let rows = try await transaction.query(
      """
      SELECT count(*) AS n FROM api_keys WHERE merchant_id = \(merchant.text)
        AND revoke_time IS NULL AND (expire_time IS NULL OR expire_time > now())
      """)
    return try rows[0].decode("n")
  }

  /// One page, newest first, of at most `limit` keys older than the key `cursor`.
  static func page(
    after cursor: String?, limit: Int, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [StoredKey] {
    var query: Query = "SELECT \(columns) FROM api_keys WHERE merchant_id = \(merchant.text)"
    if let cursor {
      query.append(
        """
         AND (create_time, key_id) <
          (SELECT create_time, key_id FROM api_keys WHERE key_id = \(cursor))
        """)
    }
    query.append(" ORDER BY create_time DESC, key_id DESC LIMIT \(limit)")
    return try await transaction.query(query).map(storedKey)
  }

  private static func storedKey(_ row: Row) throws -> StoredKey {
    StoredKey(
      id: try row.decode("key_id"), displayName: try row.decode("display_name"),
      scopes: try row.decode("scopes"), createTime: try row.decode("create_time"),
      expireTime: try row.decode("expire_time", as: Moment?.self),
      lastUsed: try row.decode("last_used", as: Moment?.self),
      revokeTime: try row.decode("revoke_time", as: Moment?.self),
      replacedBy: try row.decode("replaced_by", as: String?.self))
  }
}
