internal import Domain
internal import Jobs
internal import Postgres

/// All SQL of sessions and their refresh tokens. Every function runs in the caller's transaction.
enum SessionStore {
  /// A session as an access token is checked against it.
  struct Credential: Sendable {
    let merchant: MerchantID
    let state: MerchantState
    let user: UserID
    let role: Role
    let expireTime: Moment
    let hasEnded: Bool
  }

  /// A refresh token with the session that it is of.
  struct Family: Sendable {
    let session: SessionID
    let merchant: MerchantID
    let user: UserID
    let lifetime: Duration
    let token: RefreshMachine.Token
  }

  /// Why a session ended.
  enum EndReason: String { case logout, reuse, password }

  /// Begins a session with its first refresh token.
  static func begin(
    _ session: SessionID, user: UserID, merchant: MerchantID, lifetime: Duration,
    token: RefreshToken, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO sessions (session_id, merchant_id, user_id, expire_time)
      VALUES (\(session.text), \(merchant.text), \(user.text),
        now() + \(lifetime.microseconds)::bigint * interval '1 us')
      """)
    try await add(token, to: session, merchant: merchant, transaction)
  }

  /// Gives a session its next refresh token and a new term.
  static func extend(
    _ session: SessionID, merchant: MerchantID, lifetime: Duration, token: RefreshToken,
    _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE sessions SET expire_time = now() + \(lifetime.microseconds)::bigint * interval '1 us'
      WHERE session_id = \(session.text)
      """)
    try await add(token, to: session, merchant: merchant, transaction)
  }

  private static func add(
    _ token: RefreshToken, to session: SessionID, merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO refresh_tokens (token_hash, merchant_id, session_id)
      VALUES (\(token.hash), \(merchant.text), \(session.text))
      """)
  }

  /// The session of a refresh token; it is the caller's until the transaction ends.
  static func lockFamily(
    of token: RefreshToken, _ transaction: Transaction
  ) async throws -> Family? {
    let rows = try await transaction.query(
      """
      SELECT s.session_id, s.merchant_id, s.user_id, m.state, s.expire_time,
        s.end_time IS NOT NULL AS ended,
        t.use_time IS NOT NULL AS used, m.settings->>'sessionLifetime' AS lifetime
      FROM refresh_tokens t JOIN sessions s USING (session_id)
        JOIN merchants m ON m.merchant_id = s.merchant_id
      WHERE t.token_hash = \(token.hash) FOR UPDATE OF s, t
      """)
    guard let row = rows.first else { return nil }
    return Family(
      session: try session(row), merchant: try MerchantID(row), user: try user(row),
      lifetime: SessionLifetime.parse(try row.decode("lifetime", as: String?.self)),
      token: RefreshMachine.Token(
        isUsed: try row.decode("used"), sessionHasEnded: try row.decode("ended"),
        sessionExpireTime: try row.decode("expire_time"),
        merchantIsClosed: try MerchantState(row) == .closed))
  }

  /// Notes that a refresh token did its work.
  static func use(_ token: RefreshToken, _ transaction: Transaction) async throws {
    try await transaction.execute(
      "UPDATE refresh_tokens SET use_time = now() WHERE token_hash = \(token.hash)")
  }

  /// How long sessions of a merchant last.
  static func lifetime(_ merchant: MerchantID, _ transaction: Transaction) async throws -> Duration
  {
    let rows = try await transaction.query(
      """
      SELECT settings->>'sessionLifetime' AS lifetime FROM merchants
      WHERE merchant_id = \(merchant.text)
      """)
    return SessionLifetime.parse(try rows.first?.decode("lifetime", as: String?.self))
  }

  /// How an access token of this session is checked; nil when there is none.
  static func find(_ id: String, _ transaction: Transaction) async throws -> Credential? {
    let rows = try await transaction.query(
      """
      SELECT s.merchant_id, s.user_id, m.state, u.role, s.expire_time,
        s.end_time IS NOT NULL AS ended
      FROM sessions s JOIN users u USING (user_id)
        JOIN merchants m ON m.merchant_id = s.merchant_id
      WHERE s.session_id = \(id)
      """)
    guard let row = rows.first else { return nil }
    guard let role = Role(rawValue: try row.decode("role")) else {
      throw PostgresError(.invalidValue, "users.role is unknown")
    }
    return Credential(
      merchant: try MerchantID(row), state: try MerchantState(row), user: try user(row), role: role,
      expireTime: try row.decode("expire_time"), hasEnded: try row.decode("ended"))
  }

  /// Ends a session; one that has ended stays as it is.
  static func end(
    _ session: SessionID, _ reason: EndReason, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE sessions SET end_time = now(), end_reason = \(reason.rawValue)
      WHERE session_id = \(session.text) AND end_time IS NULL
      """)
  }

  /// Ends all sessions of a user but one.
  static func endAll(
    of user: UserID, except session: SessionID?, _ reason: EndReason, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE sessions SET end_time = now(), end_reason = \(reason.rawValue)
      WHERE user_id = \(user.text) AND end_time IS NULL
        AND session_id IS DISTINCT FROM \(session?.text)
      """)
  }

  /// Forgets sessions that ran out a week ago, with their tokens: a batch of them, and how many.
  static func forgetOld(_ transaction: Transaction) async throws -> Int {
    try await transaction.execute(
      """
      DELETE FROM sessions WHERE session_id = ANY(ARRAY(
        SELECT session_id FROM sessions WHERE expire_time < now() - interval '7 days'
        ORDER BY expire_time LIMIT \(Retention.batch) FOR UPDATE SKIP LOCKED))
      """)
  }

  private static func session(_ row: Row) throws -> SessionID {
    guard let id = SessionID(try row.decode("session_id", as: String.self)) else {
      throw PostgresError(.invalidValue, "session_id is no session's id")
    }
    return id
  }

  private static func user(_ row: Row) throws -> UserID {
    guard let id = UserID(try row.decode("user_id", as: String.self)) else {
      throw PostgresError(.invalidValue, "user_id is no user's id")
    }
    return id
  }
}
