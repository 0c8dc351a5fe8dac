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
  /// Made once: a key is looked up in several tables.
  private let digest: Int

  init(what: MethodClass, who: Who) {
    self.what = what
    self.who = who
    var hasher = Hasher()
    hasher.combine(what)
    hasher.combine(who)
    digest = hasher.finalize()
  }

  func hash(into hasher: inout Hasher) { hasher.combine(digest) }

  /// One of 16, the same each time.
  var part: Int { digest & 15 }

  /// Where it lies in Redis.
  var place: String {
    switch who {
    case .principal(let name): "payaid:limit:\(what.rawValue):\(name)"
    case .address(let address): "payaid:limit:\(what.rawValue):\(address?.text ?? "local")"
    }
  }
}
