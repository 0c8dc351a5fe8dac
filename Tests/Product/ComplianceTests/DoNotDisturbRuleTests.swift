import Compliance
import Domain
import Testing
import VoiceAPI

@Suite struct DoNotDisturbRuleTests {
  typealias V1 = Payaid.Voice.V1

  private static let noon = TestClock().now

  private func scrub(
    _ blocked: DoNotDisturbCategories?, isComplete: Bool = false, by name: String = "JIO",
    ago seconds: Int64 = 3_600
  ) -> ScrubFinding {
    ScrubFinding(
      operatorName: name, time: Self.noon - .seconds(seconds), isComplete: isComplete,
      blocked: blocked)
  }

  /// What the register's rule says of a call.
  private func result(
    _ carrier: DoNotDisturbStatus, _ scrubs: [ScrubFinding],
    sector: MerchantStanding.Sector = .insurance, purpose: V1.CallPurpose = .promotional
  ) throws -> V1.RuleResult {
    var merchant = MerchantStanding.good
    merchant.sector = sector
    let decision = Gate.evaluate(
      GateInput(
        now: Self.noon, purpose: purpose, callee: try #require(PhoneNumber("+919876500001")),
        callerID: nil, callerIDIsOwn: false, declarations: [], merchant: merchant,
        agentIsActive: true, language: "en", templates: [], isSuppressed: false, consents: [],
        doNotDisturb: .test(carrier), scrubs: scrubs))
    return try #require(decision.results.first { $0.rule == "DO_NOT_DISTURB" })
  }

  @Test(
    arguments: [
      (.clear, nil, false, .clear), (.clear, nil, true, .clear), (.unknown, nil, false, .unknown),
      (.unknown, nil, true, .clear), (.blocked, nil, true, .blocked),
      (.unknown, [], false, .clear), (.blocked, [], false, .blocked),
      (.clear, .bankingFinance, false, .blocked), (.unknown, .all, true, .blocked),
      (.clear, .education, false, .clear), (.unknown, [.education, .food], false, .clear),
      (.blocked, .education, false, .blocked),
    ] as [(DoNotDisturbStatus, DoNotDisturbCategories?, Bool, DoNotDisturbStatus)])
  func `the stricter of scrub and carrier counts`(
    carrier: DoNotDisturbStatus, listed: DoNotDisturbCategories?, isComplete: Bool,
    status: DoNotDisturbStatus
  ) throws {
    let found = try result(carrier, [scrub(listed, isComplete: isComplete)])
    #expect((found.outcome == .pass) == (status == .clear))
    #expect(found.explanation.contains("could not be asked") == (status == .unknown))
  }

  @Test func `a sector that no category covers may not call whoever blocks anything`() throws {
    let financial: Set<MerchantStanding.Sector> = [
      .commercialBank, .smallBank, .cooperativeBank, .largeNbfc, .nbfc, .mutualFund, .pension,
      .insurance, .stockbroker, .securities,
    ]
    let others: [MerchantStanding.Sector] = [
      .unspecified, .publicBody, .utility, .logistics, .other, .unrecognized(99),
    ]
    for sector in Array(financial) + others {
      let isCovered = financial.contains(sector)
      let education = try result(.unknown, [scrub(.education)], sector: sector)
      #expect((education.outcome == .pass) == isCovered, "\(sector)")
      #expect(try result(.clear, [scrub(.bankingFinance)], sector: sector).outcome == .fail)
      #expect(try result(.unknown, [scrub([])], sector: sector).outcome == .pass)
    }
  }

  @Test func `the verdict names source and time, the newest that counts`() throws {
    let older = scrub(.all, by: "AIRTEL", ago: 7_200)
    let newer = scrub([], by: "JIO", ago: 60)
    #expect(
      try result(.clear, [newer, older]).explanation.hasSuffix(
        "says the scrub by AIRTEL of 2026-11-23T04:30:00.000000Z"))
    #expect(
      try result(.clear, [newer]).explanation.hasSuffix(
        "says the scrub by JIO of 2026-11-23T06:29:00.000000Z"))
    #expect(
      try result(.clear, []).explanation.hasSuffix(
        "says the carrier at 2026-11-22T18:30:00.000000Z"))
    #expect(
      try result(.blocked, [newer]).explanation.hasSuffix(
        "says the carrier at 2026-11-22T18:30:00.000000Z"))
  }

  @Test(arguments: [V1.CallPurpose.transactional, .service, .recovery])
  func `it does not concern other purposes`(purpose: V1.CallPurpose) throws {
    #expect(
      try result(.blocked, [scrub(.all)], purpose: purpose).outcome == .notApplicable)
  }
}
