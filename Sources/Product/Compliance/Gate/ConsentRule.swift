internal import Domain
internal import VoiceAPI

/// What a person's consents say of a call to them. Explicit service needs one; elsewhere only one that
/// was taken back speaks against the call. Recovery is service. None lifts the do-not-disturb register: that takes consent
/// on the operators' own register, and ours is not.
enum ConsentRule {
  @Sendable static func evaluate(_ input: GateInput) -> GateAnswer {
    if input.purpose == .transactional { return .notApplicable }
    let question = Question(input)
    if question.isAnswered { return .pass }
    if question.withdrawal != nil {
      return .fail("CONSENT_WITHDRAWN: the person took back consent and has given none since")
    }
    return question.purpose == .serviceExplicit ? .fail(question.lack) : .pass
  }

  /// A person who was erased is called again only by a consent that they gave later, and that covers
  /// the call's purpose, whatever that is.
  @Sendable static func evaluateErasure(_ input: GateInput) -> GateAnswer {
    guard let eraseTime = input.eraseTime else { return .notApplicable }
    let isGivenAnew = input.consents.contains { terms in
      terms.givenTime > eraseTime && terms.purposes.contains(Question.purpose(of: input))
        && ConsentClock.state(of: terms, at: input.now) == .active
    }
    return isGivenAnew
      ? .pass : .fail("the person was erased and has given no consent to such calls since")
  }

  /// One call's purpose, held against all consents of the person.
  private struct Question {
    let purpose: GateInput.Purpose
    let consents: [ConsentTerms]
    let now: Moment

    init(_ input: GateInput) {
      purpose = Self.purpose(of: input)
      consents = input.consents
      now = input.now
    }

    /// What a consent has to name; a call that nobody classified counts as promotional.
    static func purpose(of input: GateInput) -> GateInput.Purpose {
      switch input.purpose {
      case .transactional, .service, .serviceExplicit: input.purpose
      case .recovery: .service
      default: .promotional
      }
    }

    /// The last time that the person took back a consent of this purpose; before promotion, any.
    var withdrawal: Moment? {
      consents.filter { purpose == .promotional || $0.purposes.contains(purpose) }
        .compactMap(\.withdrawTime).max()
    }

    /// Those that may cover the call: what follows from a relationship never stands for the person's
    /// own word.
    var fitting: [ConsentTerms] {
      consents.filter {
        $0.purposes.contains(purpose) && (purpose == .service || $0.basis != .inferred)
      }
    }

    /// Whether a consent covers the call that is good now and newer than every withdrawal: a person
    /// who says stop means all that was said before.
    var isAnswered: Bool {
      let last = withdrawal
      return fitting.contains { terms in
        ConsentClock.state(of: terms, at: now) == .active
          && last.map { $0 < terms.givenTime } ?? true
      }
    }

    /// Why none covers it, when none was taken back.
    var lack: String {
      if !fitting.isEmpty {
        return "CONSENT_EXPIRED: the consent to calls of this purpose has ended"
      }
      if !consents.isEmpty {
        return "CONSENT_SCOPE: the person's consents are to calls of other purposes"
      }
      return "CONSENT_MISSING: calls of this purpose need the person's consent"
    }
  }
}
