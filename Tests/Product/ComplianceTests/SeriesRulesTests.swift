import Compliance
import Domain
import Testing
import VoiceAPI

/// Which series calls of a purpose, a sector and a day may come from.
@Suite struct SeriesRulesTests {
  typealias V1 = Payaid.Voice.V1
  typealias Sector = MerchantStanding.Sector

  private static let today = IndianTime.midnight(2026, 12, 1)
  private static let (plain, s140) = ("+918047120000", "+911400120000")
  private static let (s1600, s1601) = ("+911600112001", "+911601112001")

  /// The rules of series that speak against a call at noon.
  private func failed(
    _ purpose: V1.CallPurpose, from number: String, _ sector: Sector = .other,
    on day: Moment = today
  ) throws -> [String] {
    var merchant = MerchantStanding.good
    merchant.sector = sector
    let decision = Gate.evaluate(
      GateInput(
        now: day + .seconds(43_200), purpose: purpose,
        callee: try #require(PhoneNumber("+919876500001")), callerID: PhoneNumber(number),
        callerIDIsOwn: true, declarations: [.always], merchant: merchant, agentIsActive: true,
        language: "en", templates: CallTemplateTerms.good(for: purpose, sector: sector),
        isSuppressed: false,
        consents: [], doNotDisturb: .test(.clear)))
    return decision.results.filter { $0.outcome == .fail && $0.rule.hasPrefix("SERIES") }
      .map { [$0.rule, $0.explanation.split(separator: ":").first.map(String.init) ?? ""] }
      .map { $0[1].hasPrefix($0[0]) ? $0[1] : $0[0] }
  }

  @Test(
    arguments: [
      (s140, []), (plain, ["SERIES_PROMOTIONAL"]), (s1600, ["SERIES_PROMOTIONAL"]),
      (s1601, ["SERIES_PROMOTIONAL", "SERIES_1601"]), ("+911800112001", ["SERIES_PROMOTIONAL"]),
    ] as [(String, [String])])
  func `what promotes goes out from 140 only, whoever does it`(
    number: String, rules: [String]
  ) throws {
    for purpose in [V1.CallPurpose.promotional, .unspecified, .unrecognized(9)] {
      for sector in [Sector.other, .commercialBank, .logistics, .publicBody] {
        #expect(try failed(purpose, from: number, sector) == rules)
      }
    }
  }

  @Test(arguments: [V1.CallPurpose.transactional, .service, .serviceExplicit, .recovery])
  func `nothing else goes out from 140`(purpose: V1.CallPurpose) throws {
    #expect(try failed(purpose, from: Self.s140) == ["SERIES_SERVICE"])
    #expect(try failed(purpose, from: Self.plain) == [])
    #expect(
      try failed(purpose, from: Self.s140, .nbfc) == ["SERIES_SERVICE", "SERIES_1600_REQUIRED"])
  }

  @Test(
    arguments: [
      (.commercialBank, 2026, 1, 1), (.largeNbfc, 2026, 2, 1), (.smallBank, 2026, 2, 1),
      (.mutualFund, 2026, 2, 15), (.pension, 2026, 2, 15), (.insurance, 2026, 2, 15),
      (.nbfc, 2026, 3, 1), (.cooperativeBank, 2026, 3, 1), (.stockbroker, 2026, 3, 15),
    ] as [(Sector, Int, Int, Int)])
  func `a supervised business calls from 1600 alone, from its day on`(
    sector: Sector, year: Int, month: Int, day: Int
  ) throws {
    let adoption = IndianTime.midnight(year, month, day)
    let eve = adoption - .seconds(86_400)
    for purpose in [V1.CallPurpose.transactional, .service, .serviceExplicit, .recovery] {
      #expect(try failed(purpose, from: Self.plain, sector, on: eve) == [])
      #expect(
        try failed(purpose, from: Self.plain, sector, on: adoption) == ["SERIES_1600_REQUIRED"])
      #expect(try failed(purpose, from: Self.s1600, sector, on: eve) == [])
      #expect(try failed(purpose, from: Self.s1600, sector, on: adoption) == [])
      #expect(
        try failed(purpose, from: Self.s1601, sector)
          == ["SERIES_1600_REQUIRED", "SERIES_1601"])
    }
    #expect(try failed(.promotional, from: Self.s140, sector) == [])
  }

  @Test(
    arguments: [
      (.publicBody, s1600, (2024, 5, 1), nil), (.securities, s1600, (2025, 11, 19), nil),
      (.insurance, s1600, (2025, 12, 17), nil), (.other, s1600, nil, nil),
      (.logistics, s1600, nil, nil), (.utility, s1601, (2026, 8, 10), nil),
      (.logistics, s1601, (2026, 8, 10), nil), (.other, s1601, nil, nil),
      (.publicBody, s1601, nil, nil), (.securities, s1601, (2024, 5, 1), (2026, 8, 10)),
    ] as [(Sector, String, (Int, Int, Int)?, (Int, Int, Int)?)])
  func `a series is open to its sectors, in its time`(
    sector: Sector, number: String, from: (Int, Int, Int)?, to: (Int, Int, Int)?
  ) throws {
    let refusal = number == Self.s1600 ? ["SERIES_1600_NOT_ALLOWED"] : ["SERIES_1601"]
    let second = Duration.seconds(43_201)
    if let from {
      let begin = IndianTime.midnight(from.0, from.1, from.2)
      #expect(try failed(.service, from: number, sector, on: begin) == [])
      // Before the first memorandum nothing was said of either series.
      if begin > IndianTime.midnight(2024, 5, 1) {
        #expect(try failed(.service, from: number, sector, on: begin - second) == refusal)
      }
    }
    if let to {
      let end = IndianTime.midnight(to.0, to.1, to.2)
      #expect(try failed(.service, from: number, sector, on: end - second) == [])
      #expect(try failed(.service, from: number, sector, on: end) == refusal)
    }
    if from == nil || to != nil {
      #expect(try failed(.service, from: number, sector) == refusal)
    } else {
      #expect(try failed(.service, from: number, sector) == [])
    }
  }
}
