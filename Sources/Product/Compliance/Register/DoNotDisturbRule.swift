internal import Domain

/// What all who know the do-not-disturb register say of a call: the strictest counts, and what nobody
/// knows is never clear.
enum DoNotDisturbRule {
  /// One source's answer.
  private struct Answer {
    let status: DoNotDisturbStatus
    let time: Moment
    /// Who says so, and of when that is.
    let source: String
  }

  @Sendable static func evaluate(_ input: GateInput) -> GateAnswer {
    guard GateInput.needsDoNotDisturb(input.purpose) else { return .notApplicable }
    let answers = answers(input)
    if let against = answers.first(where: { $0.status == .blocked }) {
      return .fail("the number is registered against calls of this purpose, says \(against.source)")
    }
    if let clear = answers.first(where: { $0.status == .clear }) {
      return .passBecause("the number is not registered against such calls, says \(clear.source)")
    }
    return .fail("the do-not-disturb register could not be asked, and unknown is never clear")
  }

  /// All answers, the newest first.
  private static func answers(_ input: GateInput) -> [Answer] {
    let scrubs = input.scrubs.map { scrub in
      Answer(
        status: scrub.status(for: input.merchant.sector), time: scrub.time,
        source: "the scrub by \(scrub.operatorName) of \(scrub.time.iso8601)")
    }
    let carrier = Answer(
      status: input.doNotDisturb.status, time: input.doNotDisturb.time,
      source: "the carrier at \(input.doNotDisturb.time.iso8601)")
    return (scrubs + [carrier]).sorted { $0.time > $1.time }
  }
}
