import Compliance
import Domain
import Testing
import VoiceAPI

/// What consents say of a call, for every basis, state and purpose; and that nothing gets better by
/// getting worse.
@Suite struct ConsentRuleTests {
  typealias V1 = Payaid.Voice.V1
  typealias Basis = ConsentTerms.Basis
  typealias Purpose = ConsentTerms.Purpose

  /// 2026-11-23, noon in India.
  private static let now = Moment(seconds: 1_795_372_200 + 43_200)
  private static let day = Duration.seconds(86_400)
  private static let purposes: [Purpose] = [
    .unspecified, .transactional, .service, .serviceExplicit, .promotional, .unrecognized(9),
  ]

  enum Standing: CaseIterable { case active, expired, withdrawn }

  private static func terms(
    _ basis: Basis, _ standing: Standing, covering purposes: [Purpose], given days: Int64 = 3
  ) -> ConsentTerms {
    let given = now - .seconds(days * 86_400)
    return ConsentTerms(
      basis: basis, purposes: purposes, grantTime: given, recordTime: given,
      expireTime: standing == .expired ? given + .seconds(1) : nil,
      withdrawTime: standing == .withdrawn ? now - day : nil)
  }

  private static func input(_ purpose: Purpose, _ consents: [ConsentTerms]) throws -> GateInput {
    GateInput(
      now: now, purpose: purpose, callee: try #require(PhoneNumber("+919876500001")),
      callerID: PhoneNumber(OneAgent.number(for: purpose)), callerIDIsOwn: true,
      declarations: [.always], merchant: .good,
      agentIsActive: true, language: "en", templates: CallTemplateTerms.good(for: purpose),
      isSuppressed: false, consents: consents, doNotDisturb: .test(.clear))
  }

  /// The code by which the rule speaks against the call; `nil` when it does not.
  private func code(_ purpose: Purpose, _ consents: [ConsentTerms]) throws -> String? {
    let decision = Gate.evaluate(try Self.input(purpose, consents))
    let result = try #require(decision.results.first { $0.rule == "CONSENT" })
    #expect((result.outcome == .fail) == (decision.verdict == .block))
    #expect((result.outcome == .notApplicable) == (purpose == .transactional))
    guard result.outcome == .fail else { return nil }
    return result.explanation.split(separator: ":").first.map { String($0) }
  }

  /// What one consent says of a call of the same purpose, written down a second time.
  private static func expected(_ purpose: Purpose, _ basis: Basis, _ standing: Standing) -> String?
  {
    switch (purpose, standing) {
    case (.transactional, _): nil
    case (_, .withdrawn): "CONSENT_WITHDRAWN"
    case (.serviceExplicit, _) where basis == .inferred: "CONSENT_SCOPE"
    case (.serviceExplicit, .expired): "CONSENT_EXPIRED"
    default: nil
    }
  }

  @Test(arguments: Standing.allCases, [Basis.explicit, .inferred, .enquiry])
  func `one consent, by basis, state and purpose`(standing: Standing, basis: Basis) throws {
    for purpose in Self.purposes {
      let covered: Purpose = purpose.rawValue == 0 || purpose.rawValue == 9 ? .promotional : purpose
      let consent = Self.terms(basis, standing, covering: [covered])
      #expect(
        try code(purpose, [consent]) == Self.expected(purpose, basis, standing),
        "\(purpose) \(basis) \(standing)")
    }
  }

  @Test(arguments: Standing.allCases)
  func `consents to service speak for recovery, and against it`(standing: Standing) throws {
    let service = Self.terms(.inferred, standing, covering: [.service])
    #expect(
      try code(.recovery, [service]) == (standing == .withdrawn ? "CONSENT_WITHDRAWN" : nil))
    let promotion = Self.terms(.explicit, standing, covering: [.promotional])
    #expect(try code(.recovery, [promotion]) == nil)
  }

  @Test func `only explicit service needs a consent`() throws {
    for purpose in Self.purposes {
      #expect(
        try code(purpose, []) == (purpose == .serviceExplicit ? "CONSENT_MISSING" : nil))
    }
  }

  @Test func `a consent to other purposes is none to this one`() throws {
    let other = Self.terms(.explicit, .active, covering: [.promotional, .service])
    #expect(try code(.serviceExplicit, [other]) == "CONSENT_SCOPE")
  }

  @Test func `a withdrawal speaks against its purposes, and always against promotion`() throws {
    let taken = Self.terms(.explicit, .withdrawn, covering: [.serviceExplicit])
    #expect(try code(.serviceExplicit, [taken]) == "CONSENT_WITHDRAWN")
    #expect(try code(.service, [taken]) == nil)
    #expect(try code(.promotional, [taken]) == "CONSENT_WITHDRAWN")
    #expect(try code(.unspecified, [taken]) == "CONSENT_WITHDRAWN")
  }

  @Test(
    arguments: [
      // The withdrawal was a day ago: only what was given after it answers it.
      (Int64(2), "CONSENT_WITHDRAWN"), (1, "CONSENT_WITHDRAWN"), (0, nil),
    ] as [(Int64, String?)])
  func `a withdrawal is answered by what is given later`(days: Int64, code: String?) throws {
    for purpose in [Purpose.service, .serviceExplicit, .promotional] {
      let taken = Self.terms(.explicit, .withdrawn, covering: [purpose])
      let other = Self.terms(.explicit, .active, covering: [purpose], given: days)
      #expect(try self.code(purpose, [taken, other]) == code)
      #expect(try self.code(purpose, [other, taken]) == code)
    }
  }

  @Test func `a clock that is ahead makes no consent later than a withdrawal`() throws {
    let taken = Self.terms(.explicit, .withdrawn, covering: [.promotional])
    var ahead = Self.terms(.explicit, .active, covering: [.promotional], given: 0)
    ahead.recordTime = Self.now - Self.day - .seconds(10)
    #expect(try code(.promotional, [taken, ahead]) == "CONSENT_WITHDRAWN")
  }

  @Test(arguments: [DoNotDisturbStatus.blocked, .unknown, .notAsked])
  func `our own consent never lifts the register`(status: DoNotDisturbStatus) throws {
    for purpose in [Purpose.serviceExplicit, .promotional, .unspecified] {
      let covered: Purpose = purpose == .unspecified ? .promotional : purpose
      var input = try Self.input(purpose, [Self.terms(.explicit, .active, covering: [covered])])
      input.doNotDisturb.status = status
      let failed = Gate.evaluate(input).results.filter { $0.outcome == .fail }.map(\.rule)
      #expect(failed == ["DO_NOT_DISTURB"])
    }
  }
}

/// Every input of a small world, and everything that can get worse about it.
@Suite struct GateMonotonyTests {
  typealias Purpose = ConsentTerms.Purpose

  private static let noon: Int64 = 1_795_372_200 + 43_200

  private static let consents: [ConsentTerms] = [
    terms(.explicit, [.promotional, .serviceExplicit], given: 40),
    terms(.enquiry, [.service, .promotional], given: 3),
    terms(.inferred, [.service], given: 400),
    terms(.explicit, [.serviceExplicit, .service], given: 20, withdrawn: 10),
    terms(.explicit, [.promotional], given: 300, withdrawn: 200),
  ]

  private static func terms(
    _ basis: ConsentTerms.Basis, _ purposes: [Purpose], given: Int64, withdrawn: Int64? = nil
  ) -> ConsentTerms {
    let moment = { (days: Int64) in Moment(seconds: noon - days * 86_400) }
    return ConsentTerms(
      basis: basis, purposes: purposes, grantTime: moment(given), recordTime: moment(given),
      withdrawTime: withdrawn.map(moment))
  }

  /// All subsets of the consents, for all purposes, by day and by night.
  private static func inputs() throws -> [GateInput] {
    var found: [GateInput] = []
    for purpose in Purpose.all {
      for chosen in 0..<(1 << consents.count) {
        for hour in [-3, 0, 9] as [Int64] {
          found.append(
            GateInput(
              now: Moment(seconds: noon + hour * 3_600), purpose: purpose,
              callee: try #require(PhoneNumber("+919876500001")),
              callerID: PhoneNumber(OneAgent.number(for: purpose)), callerIDIsOwn: true,
              declarations: [.always],
              merchant: .good,
              agentIsActive: true, language: "en", templates: CallTemplateTerms.good(for: purpose),
              isSuppressed: false,
              consents: consents.indices.filter { chosen >> $0 & 1 == 1 }.map { consents[$0] },
              doNotDisturb: .test(.clear)))
        }
      }
    }
    return found
  }

  /// Every input that differs from `input` in one thing, which is worse.
  private static func worse(_ input: GateInput) -> [GateInput] {
    let changes: [(inout GateInput) -> Void] = [
      { $0.callerID = nil }, { $0.callerIDIsOwn = false }, { $0.declarations = [] },
      { $0.merchant.isActive = false },
      { $0.merchant.check = .pending }, { $0.merchant.hasDLTEntity = false },
      { $0.merchant.chain = .unbound }, { $0.merchant.chain = .revoked },
      { $0.templates = [] }, { $0.templates.append(nil) },
      { if !$0.templates.isEmpty { $0.templates[0]?.review = .suspended } },
      { $0.merchant.sector = .unspecified }, { $0.merchant.sector = .insurance },
      { $0.callerID = PhoneNumber("+911601112001") },
      { $0.agentIsActive = false }, { $0.isSuppressed = true },
      { $0.doNotDisturb.status = .blocked },
      { $0.doNotDisturb.status = .unknown },
      { $0.callee = PhoneNumber("+911800110000") ?? $0.callee },
      {
        $0.consents.append(terms(.explicit, [.service, .serviceExplicit], given: 9, withdrawn: 1))
      },
      { $0.purpose = $0.purpose == .promotional ? .unspecified : $0.purpose },
    ]
    let consents: [(inout GateInput) -> Void] = input.consents.indices.flatMap { index in
      [
        { $0.consents[index].withdrawTime = Moment(seconds: noon) },
        { $0.consents[index].expireTime = $0.consents[index].grantTime + .seconds(1) },
        { if $0.consents[index].withdrawTime == nil { $0.consents[index].purposes = [] } },
        { if $0.consents[index].withdrawTime == nil { $0.consents.remove(at: index) } },
      ]
    }
    return (changes + consents).map { change in
      var changed = input
      change(&changed)
      return changed
    }
  }

  @Test func `making any input worse never turns a block into an allow`() throws {
    let inputs = try Self.inputs()
    var verdicts: [Payaid.Voice.V1.Decision.Verdict: Int] = [:]
    for input in inputs {
      let before = Gate.evaluate(input).verdict
      verdicts[before, default: 0] += 1
      for changed in Self.worse(input) where before == .block {
        #expect(Gate.evaluate(changed).verdict == .block, "\(input) → \(changed)")
      }
    }
    // Neither verdict is a rarity in that world.
    #expect(verdicts[.allow, default: 0] > 50 && verdicts[.block, default: 0] > 50)
  }
}
