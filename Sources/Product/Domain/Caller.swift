package import RPCCore

/// Who makes a call to the API: a merchant's key or user. Set by the authenticating interceptor.
package struct Caller: RPCIdentity, Sendable, Hashable {
  /// Whose data it may see.
  package let merchant: MerchantID
  /// The key or user, for the audit log; safe in logs.
  package let principal: String
  /// What it may do; empty for everything.
  package let scopes: Set<String>

  package init(merchant: MerchantID, principal: String, scopes: Set<String> = []) {
    self.merchant = merchant
    self.principal = principal
    self.scopes = scopes
  }
}

extension RPCContext {
  /// Who calls. Throws `unauthenticated` when nobody was authenticated.
  package func caller() throws -> Caller {
    guard let caller = identity as? Caller else {
      throw RPCError(.unauthenticated, "this method needs an API key or a login")
    }
    return caller
  }
}
