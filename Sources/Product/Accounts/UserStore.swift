package import Domain
package import Postgres

/// All SQL of users. Every function runs in the caller's transaction.
package enum UserStore {
  /// A user as their merchant sees them.
  package struct StoredUser: Sendable {
    package let id: UserID
    package let email: String
    package let name: String
    package let role: Role
    package let revision: Int64
    package let createTime: Moment
    package let lastLogin: Moment?
  }

  /// A user as they log in.
  struct Login: Sendable {
    let user: StoredUser
    let merchant: MerchantID
    let state: MerchantState
    let passwordHash: String
  }

  private static let columns: Query = """
    user_id, email, name, role, users.revision, users.create_time, last_login
    """

  /// Adds a user with an Argon2id hash in PHC form.
  package static func insert(
    email: String, name: String, role: Role, passwordHash: String, merchant: MerchantID,
    _ transaction: Transaction
  ) async throws -> StoredUser {
    let rows = try await transaction.query(
      """
      INSERT INTO users (user_id, merchant_id, email, name, role, password_hash)
      VALUES (\(UserID().text), \(merchant.text), \(email), \(name), \(role.rawValue),
        \(passwordHash))
      RETURNING user_id, email, name, role, revision, create_time, last_login
      """)
    return try user(rows[0])
  }

  /// The user; locked against other changes until the transaction ends.
  static func lock(_ id: UserID, _ transaction: Transaction) async throws -> StoredUser? {
    let rows = try await transaction.query(
      "SELECT \(columns) FROM users WHERE user_id = \(id.text) FOR UPDATE")
    return try rows.first.map(user)
  }

  /// The user.
  static func find(_ id: UserID, _ transaction: Transaction) async throws -> StoredUser? {
    let rows = try await transaction.query(
      "SELECT \(columns) FROM users WHERE user_id = \(id.text)")
    return try rows.first.map(user)
  }

  /// Who logs in with this address, in lower case.
  static func login(email: String, _ transaction: Transaction) async throws -> Login? {
    try await login("email = \(email)", transaction)
  }

  /// How this user logs in.
  static func login(_ id: UserID, _ transaction: Transaction) async throws -> Login? {
    try await login("user_id = \(id.text)", transaction)
  }

  private static func login(_ condition: Query, _ transaction: Transaction) async throws -> Login? {
    let rows = try await transaction.query(
      """
      SELECT user_id, users.email, users.name, role, users.revision, users.create_time,
        last_login, password_hash, merchant_id, state
      FROM users JOIN merchants USING (merchant_id) WHERE users.\(condition)
      """)
    return try rows.first.map { row in
      Login(
        user: try user(row), merchant: try MerchantID(row), state: try MerchantState(row),
        passwordHash: try row.decode("password_hash"))
    }
  }

  /// One page, oldest first, of at most `limit` users that sort after `cursor`.
  static func page(
    after cursor: String?, limit: Int, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [StoredUser] {
    var query: Query = "SELECT \(columns) FROM users WHERE merchant_id = \(merchant.text)"
    if let cursor { query.append(" AND user_id > \(cursor)") }
    query.append(" ORDER BY user_id LIMIT \(limit)")
    return try await transaction.query(query).map(user)
  }

  /// Writes name and role.
  static func update(
    _ id: UserID, name: String, role: Role, _ transaction: Transaction
  ) async throws -> StoredUser? {
    let rows = try await transaction.query(
      """
      UPDATE users SET name = \(name), role = \(role.rawValue), revision = revision + 1
      WHERE user_id = \(id.text) RETURNING \(columns)
      """)
    return try rows.first.map(user)
  }

  /// Removes a user, with their sessions.
  static func delete(_ id: UserID, _ transaction: Transaction) async throws {
    try await transaction.execute("DELETE FROM users WHERE user_id = \(id.text)")
  }

  static func ownerCount(_ merchant: MerchantID, _ transaction: Transaction) async throws -> Int {
    let rows = try await transaction.query(
      "SELECT count(*) AS n FROM users WHERE merchant_id = \(merchant.text) AND role = 'owner'")
    return try rows[0].decode("n")
  }

  /// Keeps another hash; false when the one kept is not `old` any more.
  static func setPassword(
    _ id: UserID, hash: String, over old: String, _ transaction: Transaction
  ) async throws -> Bool {
    let changed = try await transaction.execute(
      """
      UPDATE users SET password_hash = \(hash)
      WHERE user_id = \(id.text) AND password_hash = \(old)
      """)
    return changed == 1
  }

  /// Notes a login by a password that `verified` is of, and keeps `hash`; false when what is kept
  /// is not `verified` any more. The user is locked until the transaction ends.
  static func noteLogin(
    _ id: UserID, hash: String, over verified: String, _ transaction: Transaction
  ) async throws -> Bool {
    let changed = try await transaction.execute(
      """
      UPDATE users SET last_login = now(), password_hash = \(hash)
      WHERE user_id = \(id.text) AND password_hash = \(verified)
      """)
    return changed == 1
  }

  private static func user(_ row: Row) throws -> StoredUser {
    guard let id = UserID(try row.decode("user_id", as: String.self)),
      let role = Role(rawValue: try row.decode("role"))
    else { throw PostgresError(.invalidValue, "users.user_id or users.role is unknown") }
    return StoredUser(
      id: id, email: try row.decode("email"), name: try row.decode("name"), role: role,
      revision: try row.decode("revision"), createTime: try row.decode("create_time"),
      lastLogin: try row.decode("last_login", as: Moment?.self))
  }
}
