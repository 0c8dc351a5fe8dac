internal import Domain
internal import Protobuf
internal import RPCCore
internal import Schema
internal import VoiceAPI

/// What makes a consent form good.
enum ConsentFormRules {
  typealias V1 = Payaid.Voice.V1

  /// What may be asked for, in the order of the page.
  static let purposes: [V1.CallPurpose] = [.service, .serviceExplicit, .promotional]
  /// How long a link can be answered.
  static let lifetime = Duration.seconds(7 * 86_400)
  /// How many forms a number gets within ``countedTime``.
  static let limit = 3
  static let countedTime = Duration.seconds(86_400)
  /// Most characters, as Unicode code points.
  private static let offeringLimit = 500
  private static let contactLimit = 200
  /// How many days a consent may last.
  private static let days = 1...180

  /// What a form will ask. Throws `invalidArgument` naming every field that breaks a rule.
  static func checked(_ form: V1.ConsentForm) throws -> ConsentFormRecord.Question {
    var violations = FieldViolations()
    let number = ConsentRules.number(form.phoneNumber, "consentForm.phoneNumber", &violations)
    violations.require(
      number?.isDiallable ?? true, "consentForm.phoneNumber",
      "belongs to a series that people do not answer")
    checkPurposes(form.purposes, &violations)
    let language = FormLanguage(rawValue: form.language)
    violations.require(
      form.language.isEmpty || language != nil, "consentForm.language", "must be en, hi or empty")
    for (text, limit, field) in [
      (form.offering, offeringLimit, "offering"), (form.contact, contactLimit, "contact"),
    ] {
      let count = text.codePointCount
      violations.require(
        count <= limit, "consentForm.\(field)", "has \(count) characters; the limit is \(limit)")
    }
    let days = days(form.consentLifetime, &violations)
    try violations.throwIfAny()
    guard let number else { throw RPCError(.internal, "the form was not checked") }
    return ConsentFormRecord.Question(
      phoneNumber: number, purposes: purposes.filter(form.purposes.contains), language: language,
      offering: form.offering, contact: form.contact, consentDays: days)
  }

  private static func checkPurposes(
    _ asked: [V1.CallPurpose], _ violations: inout FieldViolations
  ) {
    violations.require(!asked.isEmpty, "consentForm.purposes", "must name a purpose")
    violations.require(
      Set(asked.map(\.rawValue)).count == asked.count, "consentForm.purposes",
      "names a purpose twice")
    for (index, purpose) in asked.enumerated().prefix(16) {
      violations.require(
        purposes.contains(purpose), "consentForm.purposes[\(index)]",
        "must be SERVICE, SERVICE_EXPLICIT or PROMOTIONAL; no other call needs a consent")
    }
  }

  private static func days(
    _ lifetime: Google.Protobuf.Duration?, _ violations: inout FieldViolations
  ) -> Int {
    guard let lifetime else { return days.upperBound }
    let seconds = lifetime.nanos == 0 ? lifetime.seconds : -1
    let isGood =
      seconds % 86_400 == 0 && seconds >= 0 && seconds <= 366 * 86_400
      && days.contains(Int(seconds / 86_400))
    violations.require(
      isGood, "consentForm.consentLifetime", "must be whole days, 1 to \(days.upperBound)")
    return isGood ? Int(seconds / 86_400) : days.upperBound
  }
}
