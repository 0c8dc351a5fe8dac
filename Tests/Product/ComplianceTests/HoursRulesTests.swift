import Compliance
import Domain
import Schema
import Testing
import VoiceAPI

/// When calls of a purpose and a sector are made, and until when they last.
@Suite struct HoursRulesTests {
  typealias V1 = Payaid.Voice.V1
  typealias Clock = (Int, Int, Int)

  /// A day on which the sales hours of banks are not in force yet, and one on which they are.
  private static let before = IndianTime.midnight(2026, 11, 23)
  private static let after = IndianTime.midnight(2027, 1, 4)

  private func decide(
    _ purpose: V1.CallPurpose, at clock: Clock, on day: Moment = before,
    _ sector: MerchantStanding.Sector = .other, _ change: (inout GateInput) -> Void = { _ in }
  ) throws -> V1.Decision {
    var merchant = MerchantStanding.good
    merchant.sector = sector
    let isSupervised = ![.other, .logistics].contains(sector)
    let number =
      isSupervised && purpose == .recovery ? "+911600112001" : OneAgent.number(for: purpose)
    var input = GateInput(
      now: day + .seconds(clock.0 * 3_600 + clock.1 * 60 + clock.2), purpose: purpose,
      callee: try #require(PhoneNumber("+919876500001")), callerID: PhoneNumber(number),
      callerIDIsOwn: true, declarations: [.always], merchant: merchant, agentIsActive: true,
      language: "en", templates: CallTemplateTerms.good(for: purpose, sector: sector),
      isSuppressed: false,
      consents: [], doNotDisturb: .test(.clear))
    change(&input)
    return Gate.evaluate(input)
  }

  private func failed(_ decision: V1.Decision) -> [String] {
    decision.results.filter { $0.outcome == .fail }
      .map { "\($0.rule) \($0.explanation.split(separator: ":").first ?? "")" }
  }

  /// What a decision's time is, in hours and minutes after `day`.
  private func clock(_ time: Google.Protobuf.Timestamp?, on day: Moment = before) -> String? {
    time.map {
      let minutes = ($0.seconds - day.seconds) / 60
      return "\(minutes / 60):\(minutes % 60)"
    }
  }

  @Test(
    arguments: [
      ((0, 0, 0), "OUTSIDE_HOURS", "10:0"), ((9, 59, 59), "OUTSIDE_HOURS", "10:0"),
      ((10, 0, 0), nil, nil), ((20, 49, 59), nil, nil), ((20, 50, 0), "TOO_CLOSE_TO_END", "34:0"),
      ((20, 55, 0), "TOO_CLOSE_TO_END", "34:0"), ((20, 59, 59), "TOO_CLOSE_TO_END", "34:0"),
      ((21, 0, 0), "OUTSIDE_HOURS", "34:0"), ((23, 59, 59), "OUTSIDE_HOURS", "34:0"),
    ] as [(Clock, String?, String?)])
  func `promotional calls go out from ten to nine`(
    time: Clock, code: String?, next: String?
  ) throws {
    for purpose in [V1.CallPurpose.promotional, .unspecified] {
      let decision = try decide(purpose, at: time)
      #expect(failed(decision) == (code.map { ["CALLING_HOURS \($0)"] } ?? []))
      #expect(clock(decision.nextAllowedTime) == next)
      #expect(decision.latestEndTime == nil)
    }
    for purpose in [V1.CallPurpose.transactional, .service] {
      #expect(try decide(purpose, at: time).verdict == .allow)
    }
  }

  @Test(
    arguments: [
      ((7, 59, 59), "OUTSIDE_HOURS", "8:0"), ((8, 0, 0), nil, nil), ((18, 49, 59), nil, nil),
      ((18, 50, 0), "TOO_CLOSE_TO_END", "32:0"), ((18, 58, 0), "TOO_CLOSE_TO_END", "32:0"),
      ((19, 0, 0), "OUTSIDE_HOURS", "32:0"),
    ] as [(Clock, String?, String?)])
  func `recovery calls go out from eight to seven and are over then`(
    time: Clock, code: String?, next: String?
  ) throws {
    for sector in [MerchantStanding.Sector.other, .nbfc, .commercialBank] {
      let decision = try decide(.recovery, at: time, sector)
      #expect(failed(decision) == (code.map { ["RECOVERY_HOURS \($0)"] } ?? []))
      #expect(clock(decision.nextAllowedTime) == next)
      #expect(clock(decision.latestEndTime) == (code == nil ? "19:0" : nil))
    }
  }

  @Test(
    arguments: [
      ((8, 0, 0), ["CALLING_HOURS OUTSIDE_HOURS", "BANK_SALES_HOURS OUTSIDE_HOURS"], "10:0"),
      ((9, 30, 0), ["CALLING_HOURS OUTSIDE_HOURS"], "10:0"), ((10, 0, 0), [], nil),
      ((18, 49, 59), [], nil), ((18, 50, 0), ["BANK_SALES_HOURS TOO_CLOSE_TO_END"], "34:0"),
      ((19, 30, 0), ["BANK_SALES_HOURS OUTSIDE_HOURS"], "34:0"),
      ((21, 0, 0), ["CALLING_HOURS OUTSIDE_HOURS", "BANK_SALES_HOURS OUTSIDE_HOURS"], "34:0"),
    ] as [(Clock, [String], String?)])
  func `lenders sell when both their own hours and everybody's let them`(
    time: Clock, rules: [String], next: String?
  ) throws {
    for sector in [MerchantStanding.Sector.commercialBank, .largeNbfc, .nbfc] {
      let decision = try decide(.promotional, at: time, on: Self.after, sector)
      #expect(failed(decision) == rules)
      #expect(clock(decision.nextAllowedTime, on: Self.after) == next)
    }
  }

  @Test func `the sales hours of lenders begin with 2027 and concern nobody else`() throws {
    let eve = IndianTime.midnight(2026, 12, 31)
    #expect(try decide(.promotional, at: (19, 30, 0), on: eve, .nbfc).verdict == .allow)
    #expect(
      try decide(.promotional, at: (43, 30, 0), on: eve, .nbfc).verdict == .block)
    #expect(try decide(.promotional, at: (43, 30, 0), on: eve, .insurance).verdict == .allow)
  }

  @Test func `no time is named at which something else will speak against the call`() throws {
    let morning = Self.before + .seconds(34 * 3_600)
    for (end, next) in [(morning, nil), (morning + .seconds(1), "34:0")] as [(Moment, String?)] {
      let decision = try decide(.promotional, at: (22, 0, 0)) {
        $0.merchant.check = .approved(until: end)
      }
      #expect(failed(decision) == ["CALLING_HOURS OUTSIDE_HOURS"])
      #expect(clock(decision.nextAllowedTime) == next)
    }
  }
}
