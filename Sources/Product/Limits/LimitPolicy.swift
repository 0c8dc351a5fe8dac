internal import RPCCore

/// Which limit counts for whom and what.
package struct LimitPolicy: Sendable {
  /// By address, for whom no key or login was accepted.
  package var anonymous = Rate(100, perMinutes: 1)
  /// By address, for the services of carriers.
  package var callback = Rate(6000, perMinutes: 1)
  /// By key or user, for methods without side effects.
  package var read = Rate(6000, perMinutes: 1)
  /// By key or user, for everything else.
  package var write = Rate(1200, perMinutes: 1)
  /// By key or user, for what places calls.
  package var placing = Rate(300, perMinutes: 1)
  /// The full names of methods that place calls.
  package var placingMethods: Set<String> = []
  /// The full names of services that carriers call.
  package var callbackServices: Set<String> = []

  package init() {}

  /// The class of a method that an authenticated caller calls.
  func classOf(_ method: MethodDescriptor) -> MethodClass {
    if method.idempotency == .noSideEffects { return .read }
    return placingMethods.contains(method.fullName) ? .placing : .write
  }

  /// The class of a method that anybody may call.
  func openClassOf(_ method: MethodDescriptor) -> MethodClass {
    callbackServices.contains(method.service) ? .callback : .anonymous
  }

  func rate(_ what: MethodClass) -> Rate {
    switch what {
    case .anonymous: anonymous
    case .callback: callback
    case .read: read
    case .write: write
    case .placing: placing
    }
  }
}
