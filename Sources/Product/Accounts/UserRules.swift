internal import Domain
internal import RPCCore
internal import VoiceAPI

/// What makes a user good, and who may deal with which.
package enum UserRules {
  package static let passwordLength = 12...128

  /// Throws `invalidArgument` naming every field that breaks a rule.
  static func check(email: String, name: String, role: Role?, password: String) throws {
    var violations = FieldViolations()
    violations.require(
      EmailAddress.normalized(email) != nil, "user.email", "is no address, name@example.in")
    check(name: name, role: role, &violations)
    check(password: password, "password", &violations)
    try violations.throwIfAny()
  }

  /// Throws `invalidArgument` naming every field that breaks a rule.
  static func check(name: String, role: Role?) throws {
    var violations = FieldViolations()
    check(name: name, role: role, &violations)
    try violations.throwIfAny()
  }

  /// Throws `invalidArgument` naming `field` when the password is too short or too long.
  package static func check(password: String, _ field: String) throws {
    var violations = FieldViolations()
    check(password: password, field, &violations)
    try violations.throwIfAny()
  }

  private static func check(name: String, role: Role?, _ violations: inout FieldViolations) {
    let length = name.codePointCount
    violations.require(length <= 100, "user.name", "has \(length) characters; the limit is 100")
    violations.require(
      role != nil, "user.role", "must be ROLE_OWNER, ROLE_ADMIN, ROLE_MEMBER or ROLE_VIEWER")
  }

  private static func check(
    password: String, _ field: String, _ violations: inout FieldViolations
  ) {
    // What is typed is never repeated in an answer, not even its length.
    violations.require(
      passwordLength.contains(password.codePointCount) && password.utf8.count <= 512, field,
      "must have 12 to 128 characters")
  }

  /// Throws `permissionDenied` unless `caller` may make, change or remove a user of this role: only
  /// an owner deals with owners, and a key of limited scope with viewers only.
  static func check(_ caller: Caller, mayManage role: Role) throws {
    guard caller.role >= role else {
      throw RPCError(
        .permissionDenied, "a user of the role \(role.rawValue) is beyond what you may manage")
    }
  }
}

extension Role {
  /// The role that the API calls `role`; nil for one that it does not know.
  init?(_ role: Payaid.Voice.V1.Role) {
    switch role {
    case .owner: self = .owner
    case .admin: self = .admin
    case .member: self = .member
    case .viewer: self = .viewer
    case .unspecified, .unrecognized: return nil
    }
  }

  /// As the API calls it.
  var proto: Payaid.Voice.V1.Role {
    switch self {
    case .owner: .owner
    case .admin: .admin
    case .member: .member
    case .viewer: .viewer
    }
  }
}
