internal import Domain
internal import Protobuf
internal import RPCCore
internal import Schema
internal import VoiceAPI

/// What makes a consent good, and the numbers and times that compliance is asked about.
enum ConsentRules {
  typealias V1 = Payaid.Voice.V1

  /// Most characters, as Unicode code points.
  static let statementLimit = 4_000
  static let evidenceLimit = 2_048
  /// How far a merchant's clock may be ahead of ours.
  static let skew = Duration.seconds(300)
  /// How old a consent may be that is recorded: ten years.
  static let age = Duration.seconds(3_653 * 86_400)
  /// How far ahead CheckCall looks.
  static let foresight = Duration.seconds(366 * 86_400)

  /// What a request to record a consent says, checked.
  struct Checked: Sendable {
    let number: PhoneNumber
    let terms: ConsentTerms
    let statement: String
    let evidence: String
  }

  /// The consent as it will be recorded at `now`. Throws `invalidArgument` naming every field that
  /// breaks a rule. Output-only fields are not looked at.
  static func checked(_ consent: V1.Consent, at now: Moment) throws -> Checked {
    var violations = FieldViolations()
    let number = number(consent.phoneNumber, "consent.phoneNumber", &violations)
    violations.require(
      number?.isDiallable ?? true, "consent.phoneNumber",
      "belongs to a series that people do not answer")
    violations.require(
      consent.basis.name != nil, "consent.basis", "must be EXPLICIT, INFERRED or ENQUIRY")
    checkPurposes(consent, &violations)
    checkLength(consent.statement, statementLimit, "consent.statement", &violations)
    checkLength(consent.evidence, evidenceLimit, "consent.evidence", &violations)
    let grantTime = grantTime(consent, now, &violations)
    let expireTime = expireTime(consent, grantTime, &violations)
    try violations.throwIfAny()
    guard let number, let grantTime else {
      throw RPCError(.internal, "the consent was not checked")
    }
    return Checked(
      number: number,
      terms: ConsentTerms(
        basis: consent.basis, purposes: consent.purposes, grantTime: grantTime, recordTime: now,
        expireTime: expireTime),
      statement: consent.statement, evidence: consent.evidence)
  }

  /// The number that `text` spells; `nil`, and noted, when it is none.
  static func number(
    _ text: String, _ field: String, _ violations: inout FieldViolations
  ) -> PhoneNumber? {
    let number = PhoneNumber(text)
    violations.require(number != nil, field, "must be +91 and ten digits")
    return number
  }

  /// The number by which a list is asked for; `nil` for all. Throws when `text` spells none.
  static func filter(_ text: String) throws -> PhoneNumber? {
    guard !text.isEmpty else { return nil }
    var violations = FieldViolations()
    let number = number(text, "phoneNumber", &violations)
    try violations.throwIfAny()
    return number
  }

  /// The time that CheckCall is about; `nil` for now, and, noted, for one out of range.
  static func checkTime(
    _ time: Google.Protobuf.Timestamp?, at now: Moment, _ violations: inout FieldViolations
  ) -> Moment? {
    guard let time else { return nil }
    let moment = Moment(checking: time)
    violations.require(
      moment.map { now - skew <= $0 && $0 <= now + foresight } ?? false, "time",
      "must not lie more than 5 minutes back or more than 366 days ahead")
    return moment
  }

  private static func checkPurposes(_ consent: V1.Consent, _ violations: inout FieldViolations) {
    violations.require(!consent.purposes.isEmpty, "consent.purposes", "must name a purpose")
    violations.require(
      Set(consent.purposes.map(\.rawValue)).count == consent.purposes.count, "consent.purposes",
      "names a purpose twice")
    for (index, purpose) in consent.purposes.enumerated().prefix(16) {
      let field = "consent.purposes[\(index)]"
      guard purpose.name != nil else {
        violations.add(field, "must be TRANSACTIONAL, SERVICE, SERVICE_EXPLICIT or PROMOTIONAL")
        continue
      }
      violations.require(
        consent.basis != .inferred || purpose == .transactional || purpose == .service, field,
        "needs the person's own word; an INFERRED consent covers TRANSACTIONAL and SERVICE")
    }
  }

  private static func checkLength(
    _ text: String, _ limit: Int, _ field: String, _ violations: inout FieldViolations
  ) {
    let count = text.unicodeScalars.count
    violations.require(count <= limit, field, "has \(count) characters; the limit is \(limit)")
  }

  private static func grantTime(
    _ consent: V1.Consent, _ now: Moment, _ violations: inout FieldViolations
  ) -> Moment? {
    guard let time = consent.grantTime, let moment = Moment(checking: time) else {
      violations.add("consent.grantTime", "must be set, to a time of the years 1 to 9999")
      return nil
    }
    violations.require(
      moment <= now + skew, "consent.grantTime", "lies more than 5 minutes in the future")
    violations.require(
      now - age <= moment, "consent.grantTime", "lies more than 10 years in the past")
    return moment
  }

  private static func expireTime(
    _ consent: V1.Consent, _ grantTime: Moment?, _ violations: inout FieldViolations
  ) -> Moment? {
    guard let time = consent.expireTime else { return nil }
    let moment = Moment(checking: time)
    violations.require(
      moment != nil, "consent.expireTime", "must be a time of the years 1 to 9999")
    if let moment, let grantTime {
      violations.require(
        grantTime < moment, "consent.expireTime", "must be later than consent.grantTime")
    }
    return moment
  }
}
