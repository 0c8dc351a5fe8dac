package import Domain
package import VoiceAPI

/// What is looked at as it is at a time.
protocol TimedInput: Sendable {
  var now: Moment { get set }
}

/// Everything the gate looks at. It asks nothing else: no clock, no database, no network.
package struct GateInput: TimedInput {
  package typealias Purpose = Payaid.Voice.V1.CallPurpose

  /// When the call would be dialled.
  package var now: Moment
  package var purpose: Purpose
  /// The number to dial.
  package var callee: PhoneNumber
  /// The number to call from; `nil` when the merchant has none.
  package var callerID: PhoneNumber?
  /// The merchant rents that number, or an agent of its has one that nobody rents here.
  package var callerIDIsOwn: Bool
  /// When declarations of that number to its operator hold, in any order.
  package var declarations: [DeclaredSpan]
  package var merchant: MerchantStanding
  package var agentIsActive: Bool
  /// What the agent will speak, `hi` or `en`.
  package var language: String
  /// The templates that the agent names; `nil` for one that is not there.
  package var templates: [CallTemplateTerms?]
  /// The callee is on the merchant's own do-not-call list.
  package var isSuppressed: Bool
  /// When the callee's erasure was asked for; `nil` when it never was.
  package var eraseTime: Moment?
  /// All consents that the merchant recorded of the callee, in any order and state.
  package var consents: [ConsentTerms]
  /// What the carrier says of the callee.
  package var doNotDisturb: DoNotDisturbAnswer
  /// What operators' scrubs that hold say of the callee, in any order.
  package var scrubs: [ScrubFinding]

  package init(
    now: Moment, purpose: Purpose, callee: PhoneNumber, callerID: PhoneNumber?,
    callerIDIsOwn: Bool, declarations: [DeclaredSpan], merchant: MerchantStanding,
    agentIsActive: Bool, language: String, templates: [CallTemplateTerms?], isSuppressed: Bool,
    eraseTime: Moment? = nil,
    consents: [ConsentTerms], doNotDisturb: DoNotDisturbAnswer, scrubs: [ScrubFinding] = []
  ) {
    self.now = now
    self.purpose = purpose
    self.callee = callee
    self.callerID = callerID
    self.callerIDIsOwn = callerIDIsOwn
    self.declarations = declarations
    self.merchant = merchant
    self.agentIsActive = agentIsActive
    self.language = language
    self.templates = templates
    self.isSuppressed = isSuppressed
    self.eraseTime = eraseTime
    self.consents = consents
    self.doNotDisturb = doNotDisturb
    self.scrubs = scrubs
  }

  /// Whether the call counts as promotional, as one does that nobody classified.
  var isPromotional: Bool {
    switch purpose {
    case .transactional, .service, .serviceExplicit, .recovery: false
    default: true
    }
  }

  /// Whether the do-not-disturb register concerns a call of this purpose (TCCCPR 2018: promotional
  /// and service-explicit; an unclassified call counts as promotional).
  package static func needsDoNotDisturb(_ purpose: Purpose) -> Bool {
    switch purpose {
    case .transactional, .service, .recovery: false
    default: true
    }
  }
}

/// All that the gate looks at when somebody calls an agent.
package struct IncomingInput: TimedInput {
  /// When the call comes.
  package var now: Moment
  package var merchantIsActive: Bool
  package var agentIsActive: Bool

  package init(now: Moment, merchantIsActive: Bool, agentIsActive: Bool) {
    self.now = now
    self.merchantIsActive = merchantIsActive
    self.agentIsActive = agentIsActive
  }
}
