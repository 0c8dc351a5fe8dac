internal import Domain
internal import RPCCore

/// What makes an API key good, and who may deal with which.
enum APIKeyRules {
  /// Keys of one merchant that work at the same time.
  static let liveLimit = 50
  /// How long the old key works after a rotation, unless something else is asked for.
  static let defaultOverlap = Duration.seconds(86_400)

  /// Throws `invalidArgument` naming every field that breaks a rule.
  static func check(
    displayName: String, scopes: [String], expireTime: Moment?, longest: Duration?,
    known: Set<String>, now: Moment
  ) throws {
    var violations = FieldViolations()
    let length = displayName.codePointCount
    violations.require(
      length <= 100, "apiKey.displayName", "has \(length) characters; the limit is 100")
    check(scopes, known: known, &violations)
    violations.require(
      expireTime.map { $0 > now } ?? true, "apiKey.expireTime", "must be in the future")
    if let longest {
      violations.require(
        expireTime.map { $0 <= now + longest } ?? false, "apiKey.expireTime",
        "must be at most \(longest.components.seconds) s from now: maxApiKeyLifetime says so")
    }
    try violations.throwIfAny()
  }

  private static func check(
    _ scopes: [String], known: Set<String>, _ violations: inout FieldViolations
  ) {
    guard scopes.count <= known.count else {
      return violations.add(
        "apiKey.scopes", "has \(scopes.count) entries; there are \(known.count) scopes")
    }
    let unknown = scopes.enumerated().filter { !known.contains($0.element) }
    if !unknown.isEmpty {
      let names = known.sorted().joined(separator: ", ")
      for (index, _) in unknown {
        violations.add("apiKey.scopes[\(index)]", "is none of \(names)")
      }
    }
    violations.require(
      Set(scopes).count == scopes.count, "apiKey.scopes", "names a scope more than once")
  }

  /// What a merchant may say that keys last at most: a day to a hundred years.
  static let longestLifetimes: ClosedRange<Duration> = .seconds(86_400) ... .seconds(3_153_600_000)

  /// How long a key lives that takes another's place: as long as that one was `meant` to, but no
  /// longer than new keys may; nil for ever.
  static func lifetime(meant: Duration?, longest: Duration?) -> Duration? {
    guard let meant, let longest else { return meant ?? longest }
    return min(meant, longest)
  }

  /// The overlap of a rotation. Throws `invalidArgument` unless it is between zero and 30 days.
  static func overlap(_ asked: Duration?) throws -> Duration {
    let overlap = asked ?? defaultOverlap
    var violations = FieldViolations()
    violations.require(
      (.zero ... .seconds(30 * 86_400)).contains(overlap), "overlap",
      "must be between 0 s and 2,592,000 s")
    try violations.throwIfAny()
    return overlap
  }

  /// Throws `permissionDenied` unless `caller` may do all that a key with `scopes` may: nobody makes
  /// or takes over a key that is stronger than their own.
  static func check(_ caller: Caller, mayGrant scopes: [String]) throws {
    guard case .key(_, let own) = caller.credential, !own.isEmpty else { return }
    guard !scopes.isEmpty, own.isSuperset(of: scopes) else {
      throw RPCError(.permissionDenied, "an API key cannot deal with one that may do more than it")
    }
  }
}
