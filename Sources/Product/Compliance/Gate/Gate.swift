internal import Domain
internal import Protobuf
package import VoiceAPI

/// May this call be placed, or taken? One pure function over a versioned table of rules.
///
/// Every rule in force is evaluated, so that the answer lists every reason. There is no way around
/// it: a call is dialled, or taken, only with an `ALLOW` that was stored before.
package enum Gate {
  package typealias Decision = Payaid.Voice.V1.Decision

  /// The verdict on a call that we would place, without an id.
  package static func evaluate(_ input: GateInput) -> Decision {
    evaluate(GateRules.all, input, at: input.now)
  }

  /// The verdict on a call that somebody makes, without an id.
  package static func evaluate(_ input: IncomingInput) -> Decision {
    evaluate(GateRules.incoming, input, at: input.now)
  }

  private static func evaluate<Input: TimedInput>(
    _ rules: [GateRule<Input>], _ input: Input, at now: Moment
  ) -> Decision {
    var results: [Payaid.Voice.V1.RuleResult] = []
    var reopens: Moment?
    var ends: Moment?
    var onlyTheClock = true
    for rule in rules where rule.isInForce(at: now) {
      let answer = rule.evaluate(input)
      results.append(result(of: rule.name, rule.source, answer))
      switch answer {
      case .pass, .passBecause, .notApplicable: break
      case .passUntil(let moment): ends = min(ends ?? moment, moment)
      case .fail: onlyTheClock = false
      case .failUntil(_, let moment): reopens = max(reopens ?? moment, moment)
      }
    }
    return .with {
      $0.results = results.filter { $0.outcome == .fail } + results.filter { $0.outcome != .fail }
      $0.verdict = $0.results.first?.outcome == .fail ? .block : .allow
      $0.nextAllowedTime =
        onlyTheClock ? reopens.flatMap { allowed(rules, input, from: $0) }?.timestamp : nil
      $0.latestEndTime = ends?.timestamp
      $0.evaluateTime = now.timestamp
      $0.rulesVersion = GateRules.version
    }
  }

  /// The first time from `moment` on at which no rule speaks against the call; `nil` when more than the
  /// clock will, or when the rules' times never meet.
  private static func allowed<Input: TimedInput>(
    _ rules: [GateRule<Input>], _ input: Input, from moment: Moment
  ) -> Moment? {
    var later = input
    later.now = moment
    // Spans of the day meet on the next day at the latest.
    for _ in 0..<4 {
      var reopens: Moment?
      for rule in rules where rule.isInForce(at: later.now) {
        switch rule.evaluate(later) {
        case .pass, .passBecause, .passUntil, .notApplicable: break
        case .fail: return nil
        case .failUntil(_, let moment): reopens = max(reopens ?? moment, moment)
        }
      }
      guard let reopens else { return later.now }
      later.now = reopens
    }
    return nil
  }

  private static func result(
    of rule: String, _ source: String, _ answer: GateAnswer
  ) -> Payaid.Voice.V1.RuleResult {
    .with {
      $0.rule = rule
      $0.source = source
      switch answer {
      case .pass, .passUntil: $0.outcome = .pass
      case .passBecause(let why):
        $0.outcome = .pass
        $0.explanation = why
      case .notApplicable: $0.outcome = .notApplicable
      case .fail(let why), .failUntil(let why, _):
        $0.outcome = .fail
        $0.explanation = why
      }
    }
  }
}
