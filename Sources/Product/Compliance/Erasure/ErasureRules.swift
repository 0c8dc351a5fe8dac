internal import Domain
internal import RPCCore
internal import VoiceAPI

/// Why a person is erased.
enum ErasureReason: String, Sendable, CaseIterable {
  case request, withdrawal
  case purposeServed = "purpose_served"
  case other
}

/// What makes a request to erase a person good.
enum ErasureRules {
  /// How far ahead an order can have calls kept: ten years.
  static let holdLimit = Duration.seconds(3_653 * 86_400)

  /// What a request says, checked.
  struct Checked: Sendable {
    let number: PhoneNumber
    let reason: ErasureReason
    let isRecovery: Bool
    let holdUntil: Moment?

    var terms: KeepingTerms { KeepingTerms(isRecovery: isRecovery, holdUntil: holdUntil) }
  }

  /// The request as it will be carried out. Throws `invalidArgument` naming every field that breaks a
  /// rule.
  static func checked(
    _ request: Payaid.Voice.V1.CreateErasureRequest, at now: Moment
  ) throws -> Checked {
    var violations = FieldViolations()
    let number = ConsentRules.number(request.phoneNumber, "phoneNumber", &violations)
    let reason = ErasureReason(rawValue: request.reason.isEmpty ? "request" : request.reason)
    violations.require(
      reason != nil, "reason",
      "is none of \(ErasureReason.allCases.map(\.rawValue).joined(separator: ", "))")
    let hold = request.holdUntil.map { Moment(checking: $0) }
    if let hold {
      violations.require(
        hold.map { now < $0 && $0 <= now + holdLimit } ?? false, "holdUntil",
        "must lie ahead, and not more than 10 years")
    }
    try violations.throwIfAny()
    guard let number, let reason else {
      throw RPCError(.internal, "the request was not checked")
    }
    return Checked(
      number: number, reason: reason, isRecovery: request.recoveryCalls,
      holdUntil: hold.flatMap { $0 })
  }
}
