internal import Domain
package import RPCCore

/// The limits around every call, as two interceptors with authentication between them.
///
/// `gate` refuses an address whose allowance is spent before anything is looked up for it, and counts a
/// call that authentication refuses. `meter` counts a call whose caller is known by its key or user,
/// and one that needs no caller by its address. So whoever has a valid key spends the key's
/// allowance, and guessing spends the address's.
package struct AccessLimits: Sendable {
  private let limiter: Limiter
  private let policy: LimitPolicy
  private let addresses: ClientAddress

  package init(limiter: Limiter, policy: LimitPolicy, addresses: ClientAddress) {
    self.limiter = limiter
    self.policy = policy
    self.addresses = addresses
  }

  /// Goes outside authentication.
  package var gate: Interceptor {
    Interceptor { context, next in
      let key = LimitKey(what: .anonymous, who: .address(addresses.customer(of: context)))
      if policy.openClassOf(context.method) == .anonymous {
        let standing = limiter.look(key, policy.anonymous)
        if standing.isRefused { throw try fields(standing, key).refusal() }
      }
      do {
        try await next(context)
      } catch let error as RPCError where error.code == .unauthenticated && context.identity == nil
      {
        try check(await limiter.take(key, policy.anonymous), key, context)
        throw error
      }
    }
  }

  /// Goes inside authentication.
  package var meter: Interceptor {
    Interceptor { context, next in
      let key = key(for: context)
      try check(await limiter.take(key, policy.rate(key.what)), key, context)
      try await next(context)
    }
  }

  private func key(for context: RPCContext) -> LimitKey {
    if let caller = context.identity as? Caller {
      return LimitKey(what: policy.classOf(context.method), who: .principal(caller.principal))
    }
    context.identity = Nobody()
    return LimitKey(
      what: policy.openClassOf(context.method), who: .address(addresses.customer(of: context)))
  }

  private func fields(_ verdict: Verdict, _ key: LimitKey) -> LimitFields {
    LimitFields(what: key.what, rate: policy.rate(key.what), verdict: verdict)
  }

  /// Tells REST callers how the limit stands; throws when it is spent.
  private func check(_ verdict: Verdict, _ key: LimitKey, _ context: RPCContext) throws {
    if verdict.isRefused { throw try fields(verdict, key).refusal() }
    guard context.isTranscoded else { return }
    context.trailers.add(contentsOf: fields(verdict, key).metadata)
  }
}

/// A caller who need not be known, so that a refusal of the method itself is not taken for one of
/// authentication.
private struct Nobody: RPCIdentity {
  var principal: String { "nobody" }
}
