import Buffers
import Compliance
import Domain
import Schema
import Testing
import VoiceAPI

@Suite struct GateTests {
  typealias V1 = Payaid.Voice.V1

  /// 2026-11-23, midnight in India.
  private static let midnight: Int64 = 1_795_372_200

  private func input(
    _ purpose: V1.CallPurpose = .service, at clock: (Int, Int, Int) = (12, 0, 0),
    to number: String = "+919876500001"
  ) throws -> GateInput {
    let seconds = Int64(clock.0 * 3_600 + clock.1 * 60 + clock.2)
    return GateInput(
      now: Moment(seconds: Self.midnight + seconds), purpose: purpose,
      callee: try #require(PhoneNumber(number)),
      callerID: PhoneNumber(OneAgent.number(for: purpose)),
      callerIDIsOwn: true, declarations: [.always], merchant: .good, agentIsActive: true,
      language: "en", templates: CallTemplateTerms.good(for: purpose),
      isSuppressed: false,
      consents: [], doNotDisturb: .test(.clear))
  }

  private func failed(_ decision: V1.Decision) -> [String] {
    decision.results.filter { $0.outcome == .fail }.map(\.rule)
  }

  @Test func `a service call passes, with every rule in the answer`() throws {
    let decision = Gate.evaluate(try input())
    #expect(decision.verdict == .allow)
    #expect(decision.results.count == 21)
    // The day of their last change, which is none to come.
    let day = try #require(CivilDate(decision.rulesVersion.prefix(10)))
    #expect(Moment(seconds: Int64(day.daysSince1970) * 86_400) <= WallClock.now)
  }

  @Test(arguments: [
    (true, true, []), (false, true, ["MERCHANT_ACTIVE"]), (true, false, ["AGENT_ACTIVE"]),
  ])
  func `a call that somebody makes is taken by whom is active, at any hour`(
    merchant: Bool, agent: Bool, failing: [String]
  ) {
    let decision = Gate.evaluate(
      IncomingInput(
        now: Moment(seconds: Self.midnight), merchantIsActive: merchant, agentIsActive: agent))
    #expect(failed(decision) == failing)
    #expect(decision.verdict == (failing.isEmpty ? .allow : .block))
    #expect(decision.results.count == 2 && !decision.rulesVersion.isEmpty)
  }

  @Test(arguments: [
    (MerchantStanding.Check.missing, "KYC_MISSING"), (.pending, "KYC_PENDING"),
    (.rejected, "KYC_REJECTED"), (.suspended, "KYC_SUSPENDED"),
    (.approved(until: Moment(seconds: Self.midnight + 43_200)), "KYC_EXPIRED"),
    (.approved(until: Moment(seconds: Self.midnight + 43_201)), ""),
  ])
  func `a call is placed only for a merchant that is approved at that time`(
    check: MerchantStanding.Check, code: String
  ) throws {
    for purpose in V1.CallPurpose.all {
      var question = try input(purpose)
      let allowed = failed(Gate.evaluate(question))
      question.merchant.check = check
      let decision = Gate.evaluate(question)
      #expect(failed(decision) == (code.isEmpty ? [] : ["MERCHANT_CHECKED"]) + allowed)
      #expect(decision.results.contains { $0.explanation.hasPrefix(code + ":") } != code.isEmpty)
    }
  }

  @Test(
    arguments: [
      ([], nil, true), ([(0, nil)], nil, false), ([(43_200, nil)], nil, false),
      ([(43_201, nil)], 43_201, true), ([(0, 43_200)], nil, true), ([(0, 43_201)], nil, false),
      ([(0, 43_200), (50_000, nil), (49_000, 50_000)], 49_000, true),
      ([(49_000, nil), (0, 43_201)], nil, false),
    ] as [([(Int64, Int64?)], Int64?, Bool)])
  func `a machine calls from numbers that were declared`(
    spans: [(Int64, Int64?)], next: Int64?, fails: Bool
  ) throws {
    let moment = { (second: Int64) in Moment(seconds: Self.midnight + second) }
    for purpose in V1.CallPurpose.all {
      var question = try input(purpose)
      question.declarations = spans.map {
        DeclaredSpan(start: moment($0.0), end: $0.1.map(moment))
      }
      let decision = Gate.evaluate(question)
      let others = failed(Gate.evaluate(try input(purpose)))
      #expect(failed(decision) == (fails ? ["A2P_DECLARED"] : []) + others)
      let allowed = others.isEmpty ? next.map { moment($0).seconds } : nil
      #expect(decision.nextAllowedTime?.seconds == allowed)
    }
  }

  @Test func `before machines had to be declared they called from any number`() throws {
    var question = try input()
    question.declarations = []
    question.now = IndianTime.midnight(2026, 11, 17)
    #expect(failed(Gate.evaluate(question)) == ["A2P_DECLARED"])
    question.now = question.now - .seconds(1)
    #expect(failed(Gate.evaluate(question)) == [])
  }

  @Test func `a call is placed only for a merchant that the operators know`() throws {
    var question = try input()
    question.merchant.hasDLTEntity = false
    #expect(failed(Gate.evaluate(question)) == ["DLT_ENTITY"])
  }

  @Test(arguments: [
    (DLTChain.noTelemarketer, "TELEMARKETER_MISSING"), (.unbound, "CHAIN_MISSING"),
    (.revoked, "CHAIN_REVOKED"),
    (.bound(until: Moment(seconds: Self.midnight + 43_200)), "CHAIN_EXPIRED"),
    (.bound(until: Moment(seconds: Self.midnight + 43_201)), ""),
  ])
  func `a call is placed only for a merchant that is bound to its telemarketer at that time`(
    chain: DLTChain, code: String
  ) throws {
    for purpose in V1.CallPurpose.all {
      var question = try input(purpose)
      let allowed = failed(Gate.evaluate(question))
      question.merchant.chain = chain
      let decision = Gate.evaluate(question)
      #expect(failed(decision) == (code.isEmpty ? [] : ["DLT_CHAIN"]) + allowed)
      #expect(decision.results.contains { $0.explanation.hasPrefix(code + ":") } != code.isEmpty)
    }
  }

  @Test func `before chains were bound nobody asked for it`() throws {
    var question = try input()
    question.merchant.chain = .unbound
    question.now = IndianTime.midnight(2025, 2, 12)
    #expect(failed(Gate.evaluate(question)) == ["DLT_CHAIN"])
    question.now = question.now - .seconds(1)
    #expect(failed(Gate.evaluate(question)) == [])
  }

  @Test(arguments: [MerchantStanding.Sector.unspecified, .unrecognized(99)])
  func `a call is placed only for a merchant that said its sector`(
    sector: MerchantStanding.Sector
  ) throws {
    for purpose in V1.CallPurpose.all {
      var question = try input(purpose)
      let allowed = failed(Gate.evaluate(question))
      question.merchant.sector = sector
      question.templates = CallTemplateTerms.good(for: purpose, sector: sector)
      #expect(failed(Gate.evaluate(question)) == ["SECTOR_KNOWN"] + allowed)
    }
  }

  @Test func `waiting is not advised when something else is wrong too`() throws {
    var blocked = try input(.promotional, at: (8, 0, 0))
    blocked.isSuppressed = true
    #expect(Gate.evaluate(blocked).nextAllowedTime == nil)
  }

  @Test(arguments: [DoNotDisturbStatus.unknown, .notAsked, .blocked])
  func `only a clear register lets a promotional call pass`(status: DoNotDisturbStatus) throws {
    var asked = try input(.promotional)
    asked.doNotDisturb.status = status
    #expect(failed(Gate.evaluate(asked)) == ["DO_NOT_DISTURB"])
    var service = try input(.service)
    service.doNotDisturb.status = status
    #expect(Gate.evaluate(service).verdict == .allow)
  }

  @Test(arguments: V1.CallPurpose.all)
  func `a call goes out from a number of the merchant's only`(purpose: V1.CallPurpose) throws {
    var question = try input(purpose)
    let allowed = failed(Gate.evaluate(question))
    question.callerIDIsOwn = false
    #expect(failed(Gate.evaluate(question)) == ["CALLER_ID_OWN"] + allowed)
    question.callerID = nil
    #expect(failed(Gate.evaluate(question)) == ["CALLER_ID_PRESENT"] + allowed)
  }

  @Test func `every reason is listed, those against it first`() throws {
    var bad = try input(.promotional, at: (3, 0, 0), to: "+911800110000")
    bad.callerID = nil
    bad.merchant = MerchantStanding(
      isActive: false, check: .missing, hasDLTEntity: false, chain: .unbound, sector: .unspecified)
    bad.agentIsActive = false
    bad.isSuppressed = true
    bad.doNotDisturb.status = .blocked
    let decision = Gate.evaluate(bad)
    #expect(decision.verdict == .block)
    #expect(failed(decision).count == 11)
    #expect(decision.results.prefix(11).allSatisfy { $0.outcome == .fail })
  }
}

extension Payaid.Voice.V1.CallPurpose {
  /// Every purpose that a call can have.
  static let all: [Self] = [
    .unspecified, .transactional, .service, .serviceExplicit, .promotional, .recovery,
  ]
}
