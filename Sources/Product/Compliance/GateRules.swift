internal import Domain
internal import Schema

/// One rule of the gate: data about it, and what it says of an input.
struct GateRule: Sendable {
  enum Answer: Sendable {
    case pass
    case notApplicable
    /// Speaks against the call, for a reason in one sentence without personal data.
    case fail(String)
    /// Only the clock speaks against it; it will not at the given moment.
    case failUntil(String, Moment)
  }

  let name: String
  /// The instrument it comes from.
  let source: String
  /// From when to when it is law; open-ended without an end.
  let effectiveFrom: Moment
  let effectiveTo: Moment?
  let evaluate: @Sendable (GateInput) -> Answer

  init(
    _ name: String, source: String, from: Moment, to: Moment? = nil,
    _ evaluate: @escaping @Sendable (GateInput) -> Answer
  ) {
    self.name = name
    self.source = source
    effectiveFrom = from
    effectiveTo = to
    self.evaluate = evaluate
  }

  func isInForce(at moment: Moment) -> Bool {
    effectiveFrom <= moment && effectiveTo.map { moment < $0 } ?? true
  }
}

/// The rule table. Its version changes with every change of a rule.
enum GateRules {
  static let version = "2026-11-29"

  /// 28 February 2019, when TCCCPR 2018 came into force.
  private static let tcccpr = Moment(seconds: 1_551_292_200)
  private static let always = Moment(seconds: 0)

  static let all: [GateRule] = [
    GateRule("NUMBER_DIALLABLE", source: "National Numbering Plan", from: always) { input in
      input.callee.isDiallable
        ? .pass : .fail("the number belongs to a series that people do not answer")
    },
    GateRule("CALLER_ID_PRESENT", source: "TCCCPR 2018", from: tcccpr) { input in
      input.callerID != nil
        ? .pass : .fail("neither the call nor its agent has a number to call from")
    },
    GateRule("MERCHANT_ACTIVE", source: "platform", from: always) { input in
      input.merchantIsActive ? .pass : .fail("the merchant may not place calls now")
    },
    GateRule("AGENT_ACTIVE", source: "platform", from: always) { input in
      input.agentIsActive ? .pass : .fail("the agent is paused")
    },
    GateRule("NOT_SUPPRESSED", source: "TCCCPR 2018, opt-out", from: tcccpr) { input in
      input.isSuppressed ? .fail("the number is on the merchant's do-not-call list") : .pass
    },
    GateRule("DO_NOT_DISTURB", source: "TCCCPR 2018, preferences", from: tcccpr) { input in
      guard GateInput.needsDoNotDisturb(input.purpose) else { return .notApplicable }
      return switch input.doNotDisturb {
      case .clear: .pass
      case .blocked: .fail("the number is registered against calls of this purpose")
      case .unknown, .notAsked:
        .fail("the do-not-disturb register could not be asked, and unknown is never clear")
      }
    },
    GateRule(
      "CONSENT", source: "TCCCPR 2018 as amended, consent and its revocation", from: tcccpr,
      ConsentRule.evaluate),
    GateRule(
      "CALLING_HOURS", source: "TCCCPR 2018, schedule, default-off bands", from: tcccpr,
      callingHours),
  ]

  /// Promotional calls, and those nobody classified, go out between 10:00 and 21:00 IST; the end is
  /// outside.
  @Sendable private static func callingHours(_ input: GateInput) -> GateRule.Answer {
    switch input.purpose {
    case .transactional, .service, .serviceExplicit: return .notApplicable
    default: break
    }
    let (opens, closes) = (10 * 3_600, 21 * 3_600)
    let local = IndianTime(input.now)
    if (opens..<closes).contains(local.secondOfDay) { return .pass }
    let tomorrow = local.secondOfDay >= closes ? 1 : 0
    return .failUntil(
      "promotional calls go out from \(IndianTime.clock(opens)) to \(IndianTime.clock(closes)) IST",
      local.moment(secondOfDay: opens, addingDays: tomorrow))
  }
}
