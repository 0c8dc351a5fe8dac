internal import Domain
internal import VoiceAPI

/// The rule tables. Their version changes with every change of a rule: its day, and which change of
/// that day it is.
enum GateRules {
  static let version = "2026-12-01.3"

  /// 28 February 2019, when TCCCPR 2018 came into force.
  static let tcccpr = Moment(seconds: 1_551_292_200)
  private static let always = Moment(seconds: 0)

  /// Of calls that we place.
  static let all: [GateRule<GateInput>] =
    ofNumbers + ofTheMerchant + SeriesRules.all + TemplateRules.all + ofThePerson + HoursRules.all

  private static let ofNumbers: [GateRule<GateInput>] = [
    GateRule("NUMBER_DIALLABLE", source: "National Numbering Plan", from: always) { input in
      input.callee.isDiallable
        ? .pass : .fail("the number belongs to a series that people do not answer")
    },
    GateRule("CALLER_ID_PRESENT", source: "TCCCPR 2018", from: tcccpr) { input in
      input.callerID != nil
        ? .pass : .fail("neither the call nor its agent has a number to call from")
    },
    GateRule("CALLER_ID_OWN", source: "TCCCPR 2018", from: tcccpr) { input in
      guard input.callerID != nil else { return .notApplicable }
      return input.callerIDIsOwn
        ? .pass
        : .fail("the number to call from is neither rented by the merchant nor one of its agents'")
    },
    // If the third amendment was published on the day it is of; its clauses on A2P follow after 60 days.
    GateRule(
      "A2P_DECLARED", source: "TCCCPR 2018, third amendment, A2P calls",
      from: IndianTime.midnight(2026, 11, 17), declared),
  ]

  private static let ofTheMerchant: [GateRule<GateInput>] = [
    GateRule("MERCHANT_ACTIVE", source: "platform", from: always) { input in
      input.merchant.isActive ? .pass : .fail("the merchant may not place calls now")
    },
    GateRule("MERCHANT_CHECKED", source: "platform, know your customer", from: always) { input in
      checked(input.merchant.check, at: input.now)
    },
    GateRule(
      "DLT_ENTITY", source: "TCCCPR 2018, registration of senders", from: tcccpr
    ) { input in
      input.merchant.hasDLTEntity
        ? .pass : .fail("the merchant has no principal entity id on the operators' DLT platforms")
    },
    GateRule(
      "DLT_CHAIN", source: "TCCCPR 2018, second amendment, chain of sender and telemarketer",
      from: SeriesRules.secondAmendment, bound),
    GateRule("SECTOR_KNOWN", source: "platform, know your customer", from: always) { input in
      switch input.merchant.sector {
      case .unspecified, .unrecognized:
        .fail("the merchant's sector, which decides on numbers and hours, is not known")
      default: .pass
      }
    },
    GateRule("AGENT_ACTIVE", source: "platform", from: always) { input in
      input.agentIsActive ? .pass : .fail("the agent is paused")
    },
  ]

  private static let ofThePerson: [GateRule<GateInput>] = [
    GateRule("NOT_SUPPRESSED", source: "TCCCPR 2018, opt-out", from: tcccpr) { input in
      input.isSuppressed ? .fail("the number is on the merchant's do-not-call list") : .pass
    },
    GateRule(
      "ERASED_PERSON", source: "DPDP Act 2023, erasure of personal data", from: always,
      ConsentRule.evaluateErasure),
    GateRule(
      "DO_NOT_DISTURB", source: "TCCCPR 2018, preferences", from: tcccpr,
      DoNotDisturbRule.evaluate),
    GateRule(
      "CONSENT", source: "TCCCPR 2018 as amended, consent and its revocation", from: tcccpr,
      ConsentRule.evaluate),
  ]

  /// Of calls that people make to an agent: whom one may call, and when, does not concern them.
  static let incoming: [GateRule<IncomingInput>] = [
    GateRule("MERCHANT_ACTIVE", source: "platform", from: always) { input in
      input.merchantIsActive ? .pass : .fail("the merchant may not take calls now")
    },
    GateRule("AGENT_ACTIVE", source: "platform", from: always) { input in
      input.agentIsActive ? .pass : .fail("the agent is paused")
    },
  ]

  /// A machine calls only from numbers that were declared to the operator.
  @Sendable private static func declared(_ input: GateInput) -> GateAnswer {
    guard input.callerID != nil else { return .notApplicable }
    if input.declarations.contains(where: { $0.contains(input.now) }) { return .pass }
    let later = input.declarations.map(\.start).filter { input.now < $0 }.min()
    if let later {
      return .failUntil("the declaration of the number to call from does not hold yet", later)
    }
    return .fail(
      input.declarations.isEmpty
        ? "no operator acknowledged that machines call from the number to call from"
        : "the declaration of the number to call from has ended")
  }

  /// A telemarketer calls only for the senders that it is bound to on the operators' DLT platforms.
  @Sendable private static func bound(_ input: GateInput) -> GateAnswer {
    guard input.merchant.hasDLTEntity else { return .notApplicable }
    return switch input.merchant.chain {
    case .noTelemarketer:
      .fail("TELEMARKETER_MISSING: neither the merchant nor the platform has a telemarketer id")
    case .unbound:
      .fail("CHAIN_MISSING: nobody has recorded that sender and telemarketer are bound")
    case .revoked: .fail("CHAIN_REVOKED: sender and telemarketer are bound no more")
    case .bound(let end):
      input.now < end
        ? .pass
        : .fail("CHAIN_EXPIRED: the binding of sender and telemarketer was seen too long ago")
    }
  }

  /// A call is placed only for a merchant of whom a person has found out who it is, not too long ago.
  @Sendable private static func checked(
    _ check: MerchantStanding.Check, at now: Moment
  ) -> GateAnswer {
    switch check {
    case .missing: .fail("KYC_MISSING: the merchant has not said everything about who it is")
    case .pending: .fail("KYC_PENDING: nobody has decided yet on who the merchant is")
    case .rejected: .fail("KYC_REJECTED: what the merchant said about who it is was refused")
    case .suspended: .fail("KYC_SUSPENDED: the merchant's approval was taken back")
    case .approved(let end):
      now < end ? .pass : .fail("KYC_EXPIRED: the merchant was approved too long ago")
    }
  }
}
