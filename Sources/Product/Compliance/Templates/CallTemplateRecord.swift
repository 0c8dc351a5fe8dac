internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import VoiceAPI

/// A template as a merchant registered it, and what the operator decided of it.
struct CallTemplateRecord: Sendable {
  typealias V1 = Payaid.Voice.V1

  let id: CallTemplateID
  /// What was registered; nothing of the server's.
  let template: V1.CallTemplate
  let createTime: Moment
  private(set) var review = CallTemplateTerms.Review.pending
  private(set) var reviewReason = ""

  private static let mostHeaders = 100
  private static let longestContent = 4_000

  static let columns: Query = """
    call_templates.template_id, template::text AS template, call_templates.create_time, outcome, reason,
    expire_time
    """

  init(_ row: Row) throws {
    guard let id = CallTemplateID(try row.decode("template_id", as: String.self)) else {
      throw PostgresError(.invalidValue, "a call template's row has an id of another kind")
    }
    self.id = id
    template = try .init(json: Array(try row.decode("template", as: String.self).utf8))
    createTime = try row.decode("create_time")
    reviewReason = try row.decode("reason", as: String?.self) ?? ""
    switch try row.decode("outcome", as: String?.self) {
    case nil: review = .pending
    case "approved": review = .approved(until: try row.decode("expire_time"))
    case "rejected": review = .rejected
    case "suspended": review = .suspended
    default:
      throw PostgresError(.invalidValue, "call_template_reviews.outcome is unknown")
    }
  }

  /// The template as it will be registered at `now`. Throws `invalidArgument` naming every field that
  /// breaks a rule. Output-only fields are not looked at.
  init(checking template: V1.CallTemplate, at now: Moment) throws {
    var violations = FieldViolations()
    violations.require(
      DLTChain.isID(template.dltTemplateId), "template.dltTemplateId", "must have 19 digits")
    violations.require(
      [.promotional, .service, .transactional].contains(template.callClass), "template.callClass",
      "must be PROMOTIONAL, SERVICE or TRANSACTIONAL")
    switch template.sector {
    case .unspecified, .unrecognized:
      violations.add("template.sector", "must be one of the sectors")
    default: break
    }
    violations.require(
      ["hi", "en"].contains(template.language), "template.language", "must be \"hi\" or \"en\"")
    let length = template.content.codePointCount
    violations.require(
      (1...Self.longestContent).contains(length), "template.content",
      "has \(length) characters; 1 to 4,000 are allowed")
    Self.checkHeaders(template, &violations)
    try violations.throwIfAny()
    id = CallTemplateID()
    createTime = now
    var kept = template
    kept.templateId = ""
    kept.state = .unspecified
    kept.createTime = nil
    kept.expireTime = nil
    kept.reviewReason = ""
    self.template = kept
  }

  private static func checkHeaders(
    _ template: V1.CallTemplate, _ violations: inout FieldViolations
  ) {
    let headers = template.headers
    guard headers.count <= mostHeaders else {
      return violations.add(
        "template.headers", "has \(headers.count) numbers; the limit is \(mostHeaders)")
    }
    violations.require(
      !headers.isEmpty || template.callClass != .promotional, "template.headers",
      "a PROMOTIONAL template needs the numbers that are registered as its headers")
    for (index, header) in headers.enumerated() {
      violations.require(
        PhoneNumber(header) != nil, "template.headers[\(index)]", "must be +91 and ten digits")
    }
    violations.require(
      Set(headers).count == headers.count, "template.headers", "names a number more than once")
  }

  /// As the API shows it; an approval ends by itself.
  func proto(now: Moment) -> V1.CallTemplate {
    var shown = template
    shown.templateId = id.text
    shown.createTime = createTime.timestamp
    shown.reviewReason = reviewReason
    switch review {
    case .pending: shown.state = .submitted
    case .rejected: shown.state = .rejected
    case .suspended: shown.state = .suspended
    case .approved(let end):
      shown.state = now < end ? .approved : .expired
      shown.expireTime = end.timestamp
    }
    return shown
  }

  /// As the gate asks of it.
  var terms: CallTemplateTerms {
    CallTemplateTerms(
      template.callClass, sector: template.sector, language: template.language,
      headers: template.headers.compactMap { PhoneNumber($0) }, review: review)
  }
}
