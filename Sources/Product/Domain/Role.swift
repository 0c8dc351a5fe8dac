/// What a user may do; each role may do all that the ones before it may.
package enum Role: String, Sendable, Hashable, Comparable, CaseIterable {
  /// Reads.
  case viewer
  /// Works with agents, knowledge and calls.
  case member
  /// Manages keys, users and settings.
  case admin
  /// Everything; every merchant has one.
  case owner

  private var rank: Int {
    switch self {
    case .viewer: 0
    case .member: 1
    case .admin: 2
    case .owner: 3
    }
  }

  package static func < (a: Role, b: Role) -> Bool { a.rank < b.rank }
}
