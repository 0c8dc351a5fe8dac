internal import Domain

/// One rule of the gate: data about it, and what it says of an input.
struct GateRule<Input: Sendable>: Sendable {
  let name: String
  /// The instrument it comes from.
  let source: String
  /// From when to when it is law; open-ended without an end.
  let effectiveFrom: Moment
  let effectiveTo: Moment?
  let evaluate: @Sendable (Input) -> GateAnswer

  init(
    _ name: String, source: String, from: Moment, to: Moment? = nil,
    _ evaluate: @escaping @Sendable (Input) -> GateAnswer
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

/// What a rule says of a call.
enum GateAnswer: Sendable {
  case pass
  /// Nothing against it, by what a sentence without personal data says.
  case passBecause(String)
  /// Nothing against it, if it is over at the given moment.
  case passUntil(Moment)
  case notApplicable
  /// Speaks against the call, for a reason in one sentence without personal data.
  case fail(String)
  /// Only the clock speaks against it; it will not at the given moment.
  case failUntil(String, Moment)
}
