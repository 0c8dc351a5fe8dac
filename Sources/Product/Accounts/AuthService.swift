package import Domain
package import Passwords
package import Postgres
internal import Protobuf
package import RPCCore
package import VoiceAPI

/// Serves `payaid.voice.v1.AuthService`: logging in with address and password.
package struct AuthService: Payaid.Voice.V1.AuthServiceServing {
  package typealias V1 = Payaid.Voice.V1

  let pool: PostgresPool
  let seal: DataSeal
  let keys: SigningKeys
  let passwords: PasswordHasher
  let authenticator: Authenticator
  let attempts: LoginGuard
  let client: @Sendable (RPCContext) -> String?

  /// `client` says whom the attempts of a caller to log in are counted by besides the address; nil
  /// where everybody may be behind it. Attempts come at the times of `now`.
  package init(
    pool: PostgresPool, seal: DataSeal, keys: SigningKeys, passwords: PasswordHasher,
    authenticator: Authenticator, client: @escaping @Sendable (RPCContext) -> String?,
    now: @escaping @Sendable () -> Moment = { WallClock.now }
  ) {
    self.pool = pool
    self.seal = seal
    self.keys = keys
    self.passwords = passwords
    self.authenticator = authenticator
    attempts = LoginGuard(pool: pool, seal: seal, now: now)
    self.client = client
  }

  package func login(
    _ request: V1.LoginRequest, _ context: RPCContext
  ) async throws -> V1.Session {
    guard let email = EmailAddress.normalized(request.email) else { throw Self.refusal }
    let attempt = try await attempts.begin(email: email, client: client(context))
    // Twice where the hash changed meanwhile: another login at once may have made it anew.
    for _ in 0..<2 {
      let (login, hash) = try await verified(request.password, of: email)
      if let session = try await begin(login, hash: hash, attempt) { return session }
    }
    throw Self.refusal
  }

  /// Who logs in with this address and password, and the hash to keep of it.
  private func verified(
    _ password: String, of email: String
  ) async throws -> (UserStore.Login, hash: String) {
    let found = try await pool.transaction(tenant: .system) {
      try await UserStore.login(email: email, $0)
    }
    // An unknown address costs what a known one does, and is told the same.
    let isRight = try await passwords.verified(password, against: found?.passwordHash)
    guard let found, isRight, found.state != .closed else { throw Self.refusal }
    guard passwords.isOutdated(found.passwordHash) else { return (found, found.passwordHash) }
    return (found, try await passwords.hashed(password))
  }

  /// A session for who logged in; nil when the hash that was verified is not kept any more.
  private func begin(
    _ login: UserStore.Login, hash: String, _ attempt: LoginGuard.Attempt
  ) async throws -> V1.Session? {
    let session = SessionID()
    let token = RefreshToken()
    return try await pool.transaction(tenant: .system) { transaction -> V1.Session? in
      // First: a change of the password waits for this row too, and then ends the session.
      guard
        try await UserStore.noteLogin(
          login.user.id, hash: hash, over: login.passwordHash, transaction)
      else { return nil }
      try await attempts.succeed(attempt, transaction)
      try await SessionStore.begin(
        session, user: login.user.id, merchant: login.merchant,
        lifetime: try await SessionStore.lifetime(login.merchant, transaction), token: token,
        transaction)
      return try await answer(
        session, user: login.user.id, merchant: login.merchant, token, transaction)
    }
  }

  /// A session as its user gets it.
  func answer(
    _ session: SessionID, user: UserID, merchant: MerchantID, _ token: RefreshToken,
    _ transaction: Transaction
  ) async throws -> V1.Session {
    let access = AccessToken(
      user: user, merchant: merchant, session: session, issueTime: WallClock.now)
    let stored = try await UserStore.find(user, transaction)
    return .with {
      $0.accessToken = access.signed(by: keys)
      $0.refreshToken = token.text
      $0.expiresIn = AccessToken.lifetime.protobuf
      $0.user = stored?.proto
    }
  }

  static var refusal: RPCError {
    RPCError(.unauthenticated, "the address or the password is not right")
  }
}
