package import Schema
internal import Domain
internal import Protobuf

/// May this call be placed? One pure function over a versioned table of rules.
///
/// Every rule in force is evaluated, so that the answer lists every reason. There is no way around
/// it: a call is dialled only with an `ALLOW` that was stored before.
package enum Gate {
  package typealias Decision = Payaid.Voice.V1.Decision

  /// The verdict on `input`, without an id.
  package static func evaluate(_ input: GateInput) -> Decision {
    var results: [Payaid.Voice.V1.RuleResult] = []
    var reopens: Moment?
    var onlyTheClock = true
    for rule in GateRules.all where rule.isInForce(at: input.now) {
      let answer = rule.evaluate(input)
      results.append(result(of: rule, answer))
      switch answer {
      case .pass, .notApplicable: break
      case .fail: onlyTheClock = false
      case .failUntil(_, let moment): reopens = max(reopens ?? moment, moment)
      }
    }
    return .with {
      $0.results = results.filter { $0.outcome == .fail } + results.filter { $0.outcome != .fail }
      $0.verdict = $0.results.first?.outcome == .fail ? .block : .allow
      $0.nextAllowedTime = onlyTheClock ? reopens?.timestamp : nil
      $0.evaluateTime = input.now.timestamp
      $0.rulesVersion = GateRules.version
    }
  }

  private static func result(
    of rule: GateRule, _ answer: GateRule.Answer
  ) -> Payaid.Voice.V1.RuleResult {
    .with {
      $0.rule = rule.name
      $0.source = rule.source
      switch answer {
      case .pass: $0.outcome = .pass
      case .notApplicable: $0.outcome = .notApplicable
      case .fail(let why), .failUntil(let why, _):
        $0.outcome = .fail
        $0.explanation = why
      }
    }
  }
}
