internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import Schema
internal import Telemetry
package import VoiceAPI

extension AuthService {
  private enum Refreshed {
    case session(V1.Session)
    case endedForReuse(SessionID)
    case refused
  }

  package func refreshSession(
    _ request: V1.RefreshSessionRequest, _ context: RPCContext
  ) async throws -> V1.Session {
    guard let token = RefreshToken(request.refreshToken) else { throw Self.noSession }
    let refreshed = try await pool.transaction(tenant: .system) { transaction in
      try await refresh(token, request, transaction)
    }
    switch refreshed {
    case .session(let session): return session
    case .refused: throw Self.noSession
    case .endedForReuse(let session):
      await authenticator.follow(.session(session))
      Log("accounts").warning(
        "a refresh token was shown twice; its session was ended", ["session": "\(session)"])
      throw Self.noSession
    }
  }

  private func refresh(
    _ token: RefreshToken, _ request: V1.RefreshSessionRequest, _ transaction: Transaction
  ) async throws -> Refreshed {
    guard let family = try await SessionStore.lockFamily(of: token, transaction) else {
      return .refused
    }
    switch RefreshMachine.show(family.token, at: WallClock.now) {
    case .refuse: return .refused
    case .rotate:
      return .session(try await rotate(token, family, request, transaction))
    case .endSession:
      // The same request again is the client asking for an answer that it did not get.
      let first: V1.Session? = try await Idempotency.answer(
        transaction, family.merchant, method: Self.method(family), requestID: request.requestId,
        request: request, seal: seal)
      if let first { return .session(first) }
      try await SessionStore.end(family.session, .reuse, transaction)
      try await AccountEvent.session(family.session).announce(transaction)
      return .endedForReuse(family.session)
    }
  }

  private func rotate(
    _ token: RefreshToken, _ family: SessionStore.Family, _ request: V1.RefreshSessionRequest,
    _ transaction: Transaction
  ) async throws -> V1.Session {
    try await Idempotency.once(
      transaction, family.merchant, method: Self.method(family), requestID: request.requestId,
      request: request, seal: seal
    ) {
      let next = RefreshToken()
      try await SessionStore.use(token, transaction)
      try await SessionStore.extend(
        family.session, merchant: family.merchant, lifetime: family.lifetime, token: next,
        transaction)
      return try await answer(
        family.session, user: family.user, merchant: family.merchant, next, transaction)
    }
  }

  /// Answers are kept by session, since a request id means something to its own client only.
  private static func method(_ family: SessionStore.Family) -> String {
    "RefreshSession/\(family.session.text)"
  }

  package func logout(
    _ request: V1.LogoutRequest, _ context: RPCContext
  ) async throws -> Google.Protobuf.Empty {
    let (caller, user, own) = try Self.login(context)
    let ended = try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
      transaction in
      var session = own
      if !request.refreshToken.isEmpty {
        guard let token = RefreshToken(request.refreshToken),
          let family = try await SessionStore.lockFamily(of: token, transaction),
          family.user == user
        else { throw RPCError(.notFound, "refresh_token is of no session of yours") }
        session = family.session
      }
      try await SessionStore.end(session, .logout, transaction)
      try await AccountEvent.session(session).announce(transaction)
      return session
    }
    await authenticator.follow(.session(ended))
    return Google.Protobuf.Empty()
  }

  package func changePassword(
    _ request: V1.ChangePasswordRequest, _ context: RPCContext
  ) async throws -> Google.Protobuf.Empty {
    let (caller, user, session) = try Self.login(context)
    try UserRules.check(password: request.newPassword, "newPassword")
    let tenant = Tenant.merchant(caller.merchant.text)
    let method = "ChangePassword/\(user.text)"
    let (first, stored) = try await pool.transaction(tenant: tenant) { transaction in
      let first: Google.Protobuf.Empty? = try await Idempotency.answer(
        transaction, caller.merchant, method: method, requestID: request.requestId,
        request: request, seal: seal)
      return (first, try await UserStore.login(user, transaction))
    }
    if let first { return first }
    guard let stored else { throw Self.refusal }
    let hash = try await newHash(request, stored, context)
    let answer = try await pool.transaction(tenant: tenant) { transaction in
      try await Idempotency.once(
        transaction, caller.merchant, method: method, requestID: request.requestId,
        request: request, seal: seal
      ) {
        guard
          try await UserStore.setPassword(
            user, hash: hash, over: stored.passwordHash, transaction)
        else { throw Self.wrongPassword }
        try await SessionStore.endAll(of: user, except: session, .password, transaction)
        try await AccountEvent.user(user).announce(transaction)
        return Google.Protobuf.Empty()
      }
    }
    await authenticator.follow(.user(user))
    return answer
  }

  /// A hash of the new password, for who knows the old one. Wrong ones count like failed logins.
  private func newHash(
    _ request: V1.ChangePasswordRequest, _ stored: UserStore.Login, _ context: RPCContext
  ) async throws -> String {
    let attempt = try await attempts.begin(email: stored.user.email, client: client(context))
    guard try await passwords.verified(request.oldPassword, against: stored.passwordHash) else {
      throw Self.wrongPassword
    }
    try await pool.transaction(tenant: .system) { try await attempts.succeed(attempt, $0) }
    return try await passwords.hashed(request.newPassword)
  }

  private static func login(_ context: RPCContext) throws -> (Caller, UserID, SessionID) {
    let caller = try context.caller()
    guard case .user(let user, _, let session) = caller.credential else {
      throw RPCError(.permissionDenied, "this method is for users who logged in, not for API keys")
    }
    return (caller, user, session)
  }

  private static var noSession: RPCError {
    RPCError(.unauthenticated, "the refresh token is not valid; log in again")
  }

  private static var wrongPassword: RPCError {
    RPCError(.permissionDenied, "the old password is not right")
  }
}
