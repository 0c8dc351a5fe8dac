import Compliance
import Domain
import Schema
import Testing
import VoiceAPI

/// What the gate asks of the templates that an agent names.
@Suite struct TemplateRulesTests {
  typealias V1 = Payaid.Voice.V1
  typealias Change = @Sendable (inout CallTemplateTerms) -> Void

  /// 2026-11-23, noon in India.
  private static let noon = Moment(seconds: 1_795_372_200 + 43_200)

  private static func template(
    _ callClass: CallTemplateTerms.CallClass, _ language: String = "en", _ change: Change = { _ in }
  ) -> CallTemplateTerms {
    var terms = CallTemplateTerms(
      callClass, sector: .other, language: language,
      headers: [OneAgent.number(for: callClass == .promotional ? .promotional : .service)]
        .compactMap { PhoneNumber($0) },
      review: .approved(until: noon + .seconds(1)))
    change(&terms)
    return terms
  }

  /// The code by which the rule speaks against the call; empty when it passes, `nil` when it does not concern it.
  private func code(
    _ purpose: V1.CallPurpose, _ templates: [CallTemplateTerms?], language: String = "en",
    from number: String? = nil
  ) throws -> String? {
    let decision = Gate.evaluate(
      GateInput(
        now: Self.noon, purpose: purpose, callee: try #require(PhoneNumber("+919876500001")),
        callerID: PhoneNumber(number ?? OneAgent.number(for: purpose)), callerIDIsOwn: true,
        declarations: [.always], merchant: .good, agentIsActive: true, language: language,
        templates: templates, isSuppressed: false, consents: [], doNotDisturb: .test(.clear)))
    let result = try #require(decision.results.first { $0.rule == "TEMPLATE_APPROVED" })
    #expect((result.outcome == .fail) == !result.explanation.isEmpty)
    switch result.outcome {
    case .pass: return ""
    case .fail: return result.explanation.split(separator: ":").first.map(String.init)
    default: return nil
    }
  }

  @Test(arguments: V1.CallPurpose.all)
  func `advertising needs a template, and other calls none`(purpose: V1.CallPurpose) throws {
    let isPromotional = [.promotional, .unspecified].contains(purpose)
    #expect(try code(purpose, []) == (isPromotional ? "TEMPLATE_MISSING" : nil))
    let callClass: CallTemplateTerms.CallClass =
      isPromotional ? .promotional : purpose == .transactional ? .transactional : .service
    #expect(try code(purpose, [Self.template(callClass)]) == "")
    for other in [CallTemplateTerms.CallClass.promotional, .service, .transactional]
    where other != callClass {
      #expect(try code(purpose, [Self.template(other)]) == "TEMPLATE_CLASS")
    }
  }

  /// What makes a template bad, and the code of it.
  struct Fault: Sendable {
    let code: String
    let change: Change

    init(_ code: String, _ change: @escaping Change) {
      self.code = code
      self.change = change
    }
  }

  @Test(arguments: [
    Fault("TEMPLATE_PENDING") { $0.review = .pending },
    Fault("TEMPLATE_REJECTED") { $0.review = .rejected },
    Fault("TEMPLATE_SUSPENDED") { $0.review = .suspended },
    Fault("TEMPLATE_EXPIRED") { $0.review = .approved(until: Self.noon) },
    Fault("TEMPLATE_SECTOR") { $0.sector = .insurance },
    Fault("HEADER_NOT_REGISTERED") { $0.headers = [PhoneNumber("+911400120001")!] },
  ])
  func `what an agent names has to be good, also where none is needed`(fault: Fault) throws {
    for (purpose, callClass) in [
      (V1.CallPurpose.promotional, CallTemplateTerms.CallClass.promotional), (.service, .service),
    ] {
      let (good, bad) = (Self.template(callClass), Self.template(callClass, "en", fault.change))
      #expect(try code(purpose, [bad]) == fault.code)
      // One that is good does not make up for it.
      #expect(try code(purpose, [good, bad]) == fault.code)
      // What is said in another language does not concern the call.
      var other = bad
      other.language = "hi"
      #expect(try code(purpose, [good, other]) == "")
      #expect(try code(purpose, [good, nil]) == "TEMPLATE_UNKNOWN")
    }
  }

  @Test func `a template is of one language`() throws {
    let templates = [Self.template(.promotional, "en"), Self.template(.promotional, "hi")]
    for language in ["en", "hi"] {
      #expect(try code(.promotional, templates, language: language) == "")
    }
    #expect(try code(.promotional, [templates[0]], language: "hi") == "TEMPLATE_MISSING")
    #expect(try code(.service, [Self.template(.service)], language: "hi") == nil)
  }

  @Test func `advertising goes out from a header, and other calls from one where there are any`()
    throws
  {
    let bare: Change = { $0.headers = [] }
    #expect(
      try code(.promotional, [Self.template(.promotional, "en", bare)]) == "HEADER_NOT_REGISTERED")
    #expect(try code(.service, [Self.template(.service, "en", bare)]) == "")
    #expect(
      try code(.service, [Self.template(.service)], from: "+918047120001")
        == "HEADER_NOT_REGISTERED")
  }
}
