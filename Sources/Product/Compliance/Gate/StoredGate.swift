internal import Buffers
package import Domain
package import Postgres
internal import Protobuf
package import RPCCore
package import VoiceAPI

/// The gate over what is stored: gathers its input, evaluates it, and keeps verdict and audit leaf.
package struct StoredGate: CallAdmission {
  private let registry: any DoNotDisturbRegistry
  private let numbers: NumberSeal
  private let telemarketer: String?
  private let now: @Sendable () -> Moment

  /// `numbers` tells those of people who were erased; `telemarketer` is the platform's id as one on the
  /// operators' DLT platforms.
  package init(
    registry: any DoNotDisturbRegistry, numbers: NumberSeal, telemarketer: String?,
    now: @escaping @Sendable () -> Moment = { WallClock.now }
  ) {
    self.registry = registry
    self.numbers = numbers
    self.telemarketer = telemarketer
    self.now = now
  }

  package func doNotDisturb(_ request: AdmissionRequest) async -> DoNotDisturbAnswer {
    guard GateInput.needsDoNotDisturb(request.agent.purpose) else {
      return DoNotDisturbAnswer(.notAsked, at: now())
    }
    return await registry.status(of: request.callee)
  }

  package func decide(
    _ request: AdmissionRequest, doNotDisturb: DoNotDisturbAnswer, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Decision {
    try await NumberLock.share(request.callee, request.merchant, transaction)
    let verdict = try await verdict(on: request, doNotDisturb: doNotDisturb, transaction)
    return try await keep(verdict, on: request, transaction)
  }

  package func keep(
    _ verdict: Payaid.Voice.V1.Decision, on request: AdmissionRequest, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Decision {
    try await keep(
      verdict, on: request.call, with: ("callee", request.callee), agent: request.agent.agentId,
      request.merchant, transaction)
  }

  package func decide(
    _ request: IncomingRequest, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Decision {
    let verdict = Gate.evaluate(
      IncomingInput(
        now: now(),
        merchantIsActive: try await ComplianceStore.isActive(request.merchant, transaction),
        agentIsActive: request.agent.state == .active))
    return try await keep(
      verdict, on: request.call, with: ("caller", request.caller), agent: request.agent.agentId,
      request.merchant, transaction)
  }

  /// Stores a verdict and its audit leaf; `person` is in which role, and at which number.
  private func keep(
    _ verdict: Gate.Decision, on call: CallID, with person: (role: String, number: PhoneNumber?),
    agent: String, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Gate.Decision {
    var (person, refused) = (person, [UInt8]?.none)
    if verdict.verdict == .block, let number = person.number {
      refused = try await refusedDigest(number, merchant, transaction)
      if refused == nil { person.number = nil }
    }
    let decision = try await DecisionStore.insert(
      verdict, call: call, agent: agent, refused: refused, merchant: merchant, transaction)
    try await AuditLog.append(
      kind: "call.decision", subject: call.text, actor: "system:gate", merchant: merchant,
      transaction
    ) { [person] in try Self.payload(decision, person, agent, $0) }
    return decision
  }

  /// By what an erasure finds the refusal of a call that is never made; `nil` for the number of a person
  /// who was erased: such a refusal names nobody.
  private func refusedDigest(
    _ number: PhoneNumber, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [UInt8]? {
    try await NumberLock.share(number, merchant, transaction)
    let digest = numbers.digest(number, of: merchant)
    return try await ErasedNumberStore.find(digest, merchant, transaction) == nil ? digest : nil
  }

  /// What the gate says of a call at `time`, now when `nil`. Nothing is kept.
  func verdict(
    on request: AdmissionRequest, at time: Moment? = nil, doNotDisturb: DoNotDisturbAnswer,
    _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Decision {
    let (callee, merchant) = (request.callee, request.merchant)
    let erased = try await ErasedNumberStore.find(
      numbers.digest(callee, of: merchant), merchant, transaction)
    let suppression = try await SuppressionStore.find(callee, merchant: merchant, transaction)
    return Gate.evaluate(
      GateInput(
        now: time ?? now(), purpose: request.agent.purpose, callee: callee,
        callerID: request.callerID,
        callerIDIsOwn: try await Self.ownsCallerID(request, transaction),
        declarations: try await Self.declarations(of: request, transaction),
        merchant: try await ComplianceStore.standing(
          of: merchant, telemarketer: telemarketer, transaction),
        agentIsActive: request.agent.state == .active, language: request.language,
        templates: try await CallTemplateStore.terms(
          of: request.agent.callTemplateIds, merchant: merchant, transaction),
        isSuppressed: suppression != nil || erased?.isSuppressed ?? false,
        eraseTime: erased?.eraseTime,
        consents: try await ConsentStore.terms(of: callee, merchant: merchant, transaction),
        doNotDisturb: doNotDisturb, scrubs: try await scrubs(on: request, transaction)))
  }

  private func scrubs(
    on request: AdmissionRequest, _ transaction: Transaction
  ) async throws -> [ScrubFinding] {
    guard GateInput.needsDoNotDisturb(request.agent.purpose) else { return [] }
    return try await ScrubStore.findings(request.callee, at: now(), transaction)
  }

  private static func declarations(
    of request: AdmissionRequest, _ transaction: Transaction
  ) async throws -> [DeclaredSpan] {
    guard let number = request.callerID else { return [] }
    return try await A2PDeclarationStore.spans(
      covering: number, merchant: request.merchant, transaction)
  }

  private static func ownsCallerID(
    _ request: AdmissionRequest, _ transaction: Transaction
  ) async throws -> Bool {
    guard let number = request.callerID else { return false }
    return try await ComplianceStore.owns(number, request.merchant, transaction)
  }

  package func latestEnd(
    of call: CallID, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Moment? {
    try await DecisionStore.latestEnd(of: call, merchant, transaction)
  }

  package func refusal(_ decision: Payaid.Voice.V1.Decision) throws -> RPCError {
    try Gate.refusal(decision)
  }

  /// The whole verdict, and the number only as a digest.
  private static func payload(
    _ decision: Gate.Decision, _ person: (role: String, number: PhoneNumber?), _ agent: String,
    _ digest: SaltedDigest
  ) throws -> JSONValue {
    var payload: JSONObject = [
      "agent": .string(agent), "decision": try JSONValue(parsing: try decision.json()),
    ]
    payload[person.role] = person.number.map { .string(digest($0.e164)) }
    return .object(payload)
  }
}
