internal import Domain
internal import VoiceAPI

/// The rule of templates. Advertising from 140 needs a template and its header. Whether other calls need one when a
/// machine speaks freely is settled nowhere, and no operator says how such speech would be registered: without one
/// they pass, and what an agent names must be good.
enum TemplateRules {
  typealias CallClass = CallTemplateTerms.CallClass

  static let all: [GateRule<GateInput>] = [
    GateRule(
      "TEMPLATE_APPROVED", source: "TCCCPR 2018, registration of headers and templates",
      from: GateRules.tcccpr, evaluate)
  ]

  /// Classes of which every call needs a template, and since when.
  static let needed: [(callClass: CallClass, from: Moment, source: String)] = [
    (.promotional, GateRules.tcccpr, "TCCCPR 2018, voice header and template of the series 140")
  ]

  @Sendable static func evaluate(_ input: GateInput) -> GateAnswer {
    guard !input.templates.contains(nil) else {
      return .fail("TEMPLATE_UNKNOWN: the agent names a template that is not registered")
    }
    let templates = input.templates.compactMap(\.self).filter { $0.language == input.language }
    if templates.isEmpty {
      let row = needed.first { $0.callClass == input.callClass && $0.from <= input.now }
      return row.map {
        .fail(
          "TEMPLATE_MISSING: the agent has no template in the call's language, by \($0.source)")
      } ?? .notApplicable
    }
    return templates.lazy.compactMap { refusal(by: $0, input) }.first.map { .fail($0) } ?? .pass
  }

  /// Why a call may not go out by a template; `nil` when it may.
  private static func refusal(by template: CallTemplateTerms, _ input: GateInput) -> String? {
    switch template.review {
    case .pending: return "TEMPLATE_PENDING: nobody has decided yet on a template of the agent's"
    case .rejected: return "TEMPLATE_REJECTED: a template of the agent's was refused"
    case .suspended: return "TEMPLATE_SUSPENDED: a template of the agent's is suspended"
    case .approved(let end):
      if end <= input.now {
        return "TEMPLATE_EXPIRED: a template of the agent's was approved too long ago"
      }
    }
    if template.callClass != input.callClass {
      return "TEMPLATE_CLASS: a template of the agent's is approved for calls of another class"
    }
    if template.sector != input.merchant.sector {
      return "TEMPLATE_SECTOR: a template of the agent's is approved for another sector"
    }
    if template.headers.isEmpty, template.callClass != .promotional { return nil }
    return input.callerID.map(template.headers.contains) ?? true
      ? nil : "HEADER_NOT_REGISTERED: the number to call from is no header of the agent's template"
  }
}

extension GateInput {
  /// The class that templates know the call by.
  var callClass: CallTemplateTerms.CallClass {
    switch purpose {
    case .transactional: .transactional
    case .service, .serviceExplicit, .recovery: .service
    default: .promotional
    }
  }
}
