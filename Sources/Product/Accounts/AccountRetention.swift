package import Jobs

/// What this area keeps for a while only.
package enum AccountRetention {
  /// Sessions for a week after they ran out, with their refresh tokens; failed logins for a day after
  /// the last one.
  package static let all = [
    Retention("accounts.sessions") { try await SessionStore.forgetOld($0) },
    Retention("accounts.login-attempts") { try await LoginAttemptStore.forgetOld($0) },
  ]
}
