package import Domain
package import Passwords
package import Postgres
internal import Protobuf
package import RPCCore
package import Schema
internal import Services

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
  /// where everybody may be behind it.
  package init(
    pool: PostgresPool, seal: DataSeal, keys: SigningKeys, passwords: PasswordHasher,
    authenticator: Authenticator, client: @escaping @Sendable (RPCContext) -> String?
  ) {
    self.pool = pool
    self.seal = seal
    self.keys = keys
    self.passwords = passwords
    self.authenticator = authenticator
    attempts = LoginGuard(pool: pool, seal: seal)
    self.client = client
  }

  package func login(
    _ request: V1.LoginRequest, _ context: RPCContext
  ) async throws -> V1.Session {
    guard let email = EmailAddress.normalized(request.email) else { throw Self.refusal }
    let attempt = try await attempts.begin(email: email, client: client(context))
    let found = try await pool.transaction(tenant: .system) {
      try await UserStore.login(email: email, $0)
    }
    // An unknown address costs what a known one does, and is told the same.
    let isRight = try await passwords.verified(
      request.password, against: found?.passwordHash)
    guard let found, isRight, found.state != .closed else { throw Self.refusal }
    let rehashed =
      passwords.isOutdated(found.passwordHash)
      ? try await passwords.hashed(request.password) : nil
    return try await pool.transaction(tenant: .system) { transaction in
      try await attempts.succeed(attempt, transaction)
      if let rehashed {
        _ = try await UserStore.setPassword(
          found.user.id, hash: rehashed, over: found.passwordHash, transaction)
      }
      return try await begin(found, transaction)
    }
  }

  private func begin(
    _ login: UserStore.Login, _ transaction: Transaction
  ) async throws -> V1.Session {
    let session = SessionID()
    let token = RefreshToken()
    try await UserStore.noteLogin(login.user.id, transaction)
    try await SessionStore.begin(
      session, user: login.user.id, merchant: login.merchant,
      lifetime: try await SessionStore.lifetime(login.merchant, transaction), token: token,
      transaction)
    return try await answer(
      session, user: login.user.id, merchant: login.merchant, token, transaction)
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
