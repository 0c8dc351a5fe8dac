internal import Domain
package import RPCCore

/// The limits around every call, as two interceptors with authentication between them.
///
/// `gate` refuses an address whose allowance is spent before anything is looked up for it, and
/// counts a call that authentication refuses: by its caller where that is known, else by address.
/// `meter` counts a call whose caller is known by its key or user, and one that needs no caller by
/// its address. So whoever has a valid key spends the key's allowance, and guessing the address's.
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
    Interceptor(for: { method in
      let counting: Interceptor.Recast = { context, error in await refused(context, error) }
      guard policy.openClassOf(method) == .anonymous else { return .recast(counting) }
      return .check(
        now: { context in
          if limiter.isEveryAddressFull { return true }
          let key = addressKey(context)
          let standing = limiter.look(key, policy.anonymous)
          if standing.isRefused { throw try fields(standing, key).refusal() }
          return true
        }, later: { _ in }, recast: counting)
    })
  }

  private func addressKey(_ context: RPCContext) -> LimitKey {
    LimitKey(what: .anonymous, who: .address(addresses.customer(of: context)))
  }

  /// Counts a call that authentication refused.
  private func refused(_ context: RPCContext, _ error: any Error) async -> any Error {
    guard let refusal = error as? RPCError, let key = key(of: refusal, context) else {
      return error
    }
    do {
      try check(await limiter.take(key, policy.rate(key.what)), key, context)
      return error
    } catch let spent {
      return spent
    }
  }

  /// What a refusal is counted by; nil for one of the method itself, whose call was counted before.
  private func key(of refusal: RPCError, _ context: RPCContext) -> LimitKey? {
    if refusal.cause is AccessRefusal, let caller = context.knownCaller {
      return key(of: caller, context)
    }
    guard refusal.code == .unauthenticated, context.identity == nil else { return nil }
    return addressKey(context)
  }

  private func key(of caller: Caller, _ context: RPCContext) -> LimitKey {
    LimitKey(what: policy.classOf(context.method), who: .principal(caller.principal))
  }

  /// Goes inside authentication.
  package var meter: Interceptor {
    .check(
      now: { context in
        let key = key(for: context)
        guard let verdict = limiter.takeNow(key, policy.rate(key.what)) else { return false }
        try check(verdict, key, context)
        return true
      },
      later: { context in
        let key = key(for: context)
        try check(await limiter.take(key, policy.rate(key.what)), key, context)
      })
  }

  private func key(for context: RPCContext) -> LimitKey {
    if let caller = context.knownCaller { return key(of: caller, context) }
    context.identity = Nobody.one
    return LimitKey(
      what: policy.openClassOf(context.method), who: .address(addresses.customer(of: context)))
  }

  /// Counts a request to a page that anybody may open, by its address; how long to wait when the
  /// allowance is spent, else `nil`.
  package func visit(from address: NetworkAddress?) async -> Duration? {
    let key = LimitKey(what: .anonymous, who: .address(address))
    let verdict = await limiter.take(key, policy.anonymous)
    return verdict.isRefused ? .microseconds(verdict.untilNext) : nil
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
private final class Nobody: RPCIdentity {
  static let one = Nobody()
  let principal = "nobody"
}
