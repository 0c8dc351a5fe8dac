package import RPCCore

/// Who makes a call to the API: a merchant's key or user. Set by the authenticating interceptor.
package final class Caller: RPCIdentity, Sendable, Hashable {
  /// How a caller proved itself.
  package enum Credential: Sendable, Hashable {
    /// A key, and what it may do; no scopes for everything.
    case key(id: String, scopes: Set<String>)
    /// A user who logged in, and what their role is now.
    case user(UserID, Role, SessionID)
  }

  /// Whose data it may see.
  package let merchant: MerchantID
  /// How it proved itself.
  package let credential: Credential
  /// Whether its merchant is suspended, and so may read only.
  package let isSuspended: Bool
  /// The key or user, for the audit log; safe in logs.
  package let principal: String

  package init(merchant: MerchantID, credential: Credential, isSuspended: Bool = false) {
    self.merchant = merchant
    self.credential = credential
    self.isSuspended = isSuspended
    principal =
      switch credential {
      case .key(let id, _): id
      case .user(let id, _, _): id.text
      }
  }

  /// A key that may do everything.
  package convenience init(merchant: MerchantID, principal: String) {
    self.init(merchant: merchant, credential: .key(id: principal, scopes: []))
  }

  /// The role by which it manages others: a key that may do everything is an admin, never an owner,
  /// and one of limited scope manages viewers only.
  package var role: Role {
    switch credential {
    case .key(_, let scopes): scopes.isEmpty ? .admin : .viewer
    case .user(_, let role, _): role
    }
  }
}

extension Caller {
  package static func == (left: Caller, right: Caller) -> Bool {
    left.merchant == right.merchant && left.credential == right.credential
      && left.isSuspended == right.isSuspended
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(merchant)
    hasher.combine(credential)
  }
}

extension RPCContext {
  /// Who calls, when that is known.
  package var knownCaller: Caller? { identity as? Caller }

  /// Who calls. Throws `unauthenticated` when nobody was authenticated.
  package func caller() throws -> Caller {
    guard let knownCaller else {
      throw RPCError(.unauthenticated, "this method needs an API key or a login")
    }
    return knownCaller
  }
}
