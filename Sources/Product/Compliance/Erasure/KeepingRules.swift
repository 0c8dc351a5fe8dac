internal import Domain

/// What a request for erasure says of the calls' keeping.
struct KeepingTerms: Sendable, Equatable {
  var isRecovery = false
  var holdUntil: Moment?
}

/// A rule by which calls are kept for a time, although their person has asked for erasure.
struct KeepingRule: Sendable {
  /// What a rule looks at.
  struct Input: Sendable {
    let now: Moment
    /// When the call ended, and with it the processing.
    let endTime: Moment
    /// The merchant says that it was to recover a loan, or its agent has that purpose.
    let isRecovery: Bool
    /// The merchant says that a court or an authority has it kept so long.
    let holdUntil: Moment?
  }

  let name: String
  /// The instrument it comes from.
  let source: String
  /// From when it is law.
  let effectiveFrom: Moment
  /// Until when it has the call kept; `nil` when it does not concern it.
  let end: @Sendable (Input) -> Moment?
}

/// The rules. A call that several keep is kept by the one that keeps it longest.
enum KeepingRules {
  private static let year = Duration.seconds(365 * 86_400)

  static let all = [
    // The rules were notified on 13 November 2025; this one comes eighteen months later, by one count
    // a day sooner than by the other. Whether it means sound, too, is not settled: it is taken to.
    KeepingRule(
      name: "DPDP_RULE_8_3", source: "DPDP Rules 2025, rule 8(3): one year from the processing",
      effectiveFrom: IndianTime.midnight(daysSince1970: 20_951)
    ) { $0.endTime + year },
    KeepingRule(
      name: "RBI_RECOVERY_RECORDING",
      source: "Reserve Bank of India, recovery of loans: six months from the call",
      effectiveFrom: RecoveryRecording.effectiveFrom
    ) { $0.isRecovery ? $0.endTime + RecoveryRecording.lifetime : nil },
    KeepingRule(
      name: "LEGAL_HOLD", source: "an order that the merchant names",
      effectiveFrom: Moment(seconds: 0)
    ) { $0.holdUntil },
  ]

  /// The rule that keeps a call now, and until when; `nil` when it may go.
  static func keeping(_ input: KeepingRule.Input) -> (rule: KeepingRule, until: Moment)? {
    all.filter { $0.effectiveFrom <= input.now }
      .compactMap { rule in rule.end(input).map { (rule, $0) } }
      .filter { input.now < $0.1 }
      .max { $0.1 < $1.1 }
  }

  /// The instrument of the rule of that name; empty when there is none any more.
  static func source(of name: String) -> String {
    all.first { $0.name == name }?.source ?? ""
  }
}
