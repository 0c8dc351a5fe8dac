internal import Domain

/// What happens when a refresh token is shown (RFC 9700, section 4.14.2).
///
/// A session is a chain of tokens, of which the last is fresh. Showing it makes the next; showing an
/// earlier one means that two parties have the chain, and nobody can tell which is the thief, so the
/// whole session ends.
enum RefreshMachine {
  /// A token and the session it belongs to, as they are stored.
  struct Token: Sendable, Hashable {
    var isUsed = false
    var sessionHasEnded = false
    var sessionExpireTime: Moment
    var merchantIsClosed = false
  }

  enum OnToken: Sendable, Hashable {
    /// It is used up, and the next one made.
    case rotate
    /// Its session ends, for reuse.
    case endSession
    /// Nothing happens.
    case refuse
  }

  /// What showing `token` at `now` leads to; nil for one that is not known.
  static func show(_ token: Token?, at now: Moment) -> OnToken {
    guard let token, !token.sessionHasEnded, now < token.sessionExpireTime else { return .refuse }
    if token.isUsed { return .endSession }
    return token.merchantIsClosed ? .refuse : .rotate
  }
}
