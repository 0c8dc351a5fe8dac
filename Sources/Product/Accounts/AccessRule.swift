package import Domain
internal import RPCCore

/// Who may call one method.
package struct AccessRule: Sendable, Hashable {
  /// Whom a method is for.
  package enum Audience: Sendable, Hashable {
    /// Nobody in particular: it needs no caller, or proves its own.
    case everybody
    /// Users who logged in, whatever their role: it is about their own login.
    case logins
    /// A user of at least this role, or a key with this scope.
    case merchant(atLeast: Role, scope: String)
  }

  package let audience: Audience
  /// Whether it changes nothing, so that a suspended merchant may still call it.
  package let isReading: Bool

  /// A method that needs no caller.
  package static let open = AccessRule(audience: .everybody, isReading: true)

  /// A method about the caller's own login.
  package static let login = AccessRule(audience: .logins, isReading: true)

  /// A method that reads.
  package static func read(_ scope: String, _ role: Role = .viewer) -> AccessRule {
    AccessRule(audience: .merchant(atLeast: role, scope: scope), isReading: true)
  }

  /// A method that changes something.
  package static func write(_ scope: String, _ role: Role = .member) -> AccessRule {
    AccessRule(audience: .merchant(atLeast: role, scope: scope), isReading: false)
  }

  /// The scope that a key needs, if keys may call it.
  package var scope: String? {
    if case .merchant(_, let scope) = audience { scope } else { nil }
  }

  /// Throws `permissionDenied`, saying what is missing, unless `caller` may call it.
  package func check(_ caller: Caller) throws {
    switch (audience, caller.credential) {
    case (.everybody, _), (.logins, .user): break
    case (.logins, .key):
      throw AccessRefusal.error("this method is for users who logged in, not for API keys")
    case (.merchant(_, let scope), .key(_, let scopes)):
      guard scopes.isEmpty || scopes.contains(scope) else {
        throw AccessRefusal.error("this method needs an API key with the scope \(scope)")
      }
    case (.merchant(let least, _), .user(_, let role, _)):
      guard role >= least else {
        throw AccessRefusal.error(
          "this method needs the role \(least.rawValue); yours is \(role.rawValue)")
      }
    }
    guard isReading || !caller.isSuspended else {
      throw AccessRefusal.error("the merchant is suspended and may read only")
    }
  }
}
