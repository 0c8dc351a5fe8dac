internal import Domain
internal import VoiceAPI

/// The rules of when calls are made. A call that several concern is made when all let it.
enum HoursRules {
  static let all: [GateRule<GateInput>] = [
    GateRule(
      "CALLING_HOURS", source: "TCCCPR 2018, schedule, default-off bands", from: GateRules.tcccpr
    ) { input in
      guard input.isPromotional else { return .notApplicable }
      return CallingWindow(opens: 10, closes: 21).answer(at: input.now, "promotional calls")
    },
    GateRule(
      "RECOVERY_HOURS",
      source: "RBI/2022-23/108, carried into the Responsible Business Conduct Directions",
      from: IndianTime.midnight(2022, 8, 12), recovery),
    GateRule(
      "BANK_SALES_HOURS", source: "RBI/2026-27/115, paragraphs 85N and 101N",
      from: IndianTime.midnight(2027, 1, 1)
    ) { input in
      guard input.isPromotional, lenders.contains(input.merchant.sector) else {
        return .notApplicable
      }
      return CallingWindow(opens: 9, closes: 19).answer(at: input.now, "sales calls of lenders")
    },
  ]

  /// Whom the conduct of sales concerns.
  private static let lenders: Set<MerchantStanding.Sector> = [.commercialBank, .largeNbfc, .nbfc]

  /// Nobody is reminded of a debt outside these hours, whoever does it: a call must be over by then.
  @Sendable private static func recovery(_ input: GateInput) -> GateAnswer {
    guard input.purpose == .recovery else { return .notApplicable }
    let window = CallingWindow(opens: 8, closes: 19)
    let answer = window.answer(at: input.now, "recovery calls")
    guard case .pass = answer else { return answer }
    return .passUntil(window.end(at: input.now))
  }
}
