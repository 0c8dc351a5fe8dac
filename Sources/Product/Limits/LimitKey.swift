/// What a caller does, for limits that differ.
package enum MethodClass: String, Sendable, CaseIterable {
  /// Somebody who did not say who it is, by address.
  case anonymous
  /// A carrier's callbacks, by address.
  case callback
  case read, write
  /// What makes a phone ring.
  case placing
}

/// Whose allowance: a class, and a key, user or address.
struct LimitKey: Sendable, Hashable {
  enum Who: Sendable, Hashable {
    case principal(String)
    /// Nil for callers on this machine that have no address.
    case address(NetworkAddress?)
  }

  let what: MethodClass
  let who: Who

  /// Where it lies in Redis.
  var place: String {
    switch who {
    case .principal(let name): "payaid:limit:\(what.rawValue):\(name)"
    case .address(let address): "payaid:limit:\(what.rawValue):\(address?.text ?? "local")"
    }
  }
}
