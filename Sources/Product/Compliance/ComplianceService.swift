package import Domain
package import Postgres
internal import Protobuf
package import RPCCore
package import VoiceAPI

/// Serves `payaid.voice.v1.ComplianceService`.
package struct ComplianceService: Payaid.Voice.V1.ComplianceServiceServing {
  package typealias V1 = Payaid.Voice.V1

  let pool: PostgresPool
  let tokens: PageTokens
  let now: @Sendable () -> Moment
  private let agents: any AgentDirectory
  private let gate: StoredGate
  let signer: AuditSigner
  let forms: ConsentLinks
  let numbers: NumberSeal

  /// `gate` is the one that calls are placed through, `numbers` what it has.
  package init(
    pool: PostgresPool, tokens: PageTokens, agents: any AgentDirectory, gate: StoredGate,
    signer: AuditSigner, forms: ConsentLinks, numbers: NumberSeal,
    now: @escaping @Sendable () -> Moment = { WallClock.now }
  ) {
    self.pool = pool
    self.tokens = tokens
    self.agents = agents
    self.gate = gate
    self.signer = signer
    self.forms = forms
    self.numbers = numbers
    self.now = now
  }

  package func checkCall(
    _ request: V1.CheckCallRequest, _ context: RPCContext
  ) async throws -> V1.Decision {
    let caller = try context.caller()
    var violations = FieldViolations()
    let agentID = AgentID(request.agentId)
    violations.require(agentID != nil, "agentId", "must be the id of an agent")
    let callee = ConsentRules.number(request.phoneNumber, "phoneNumber", &violations)
    let time = ConsentRules.checkTime(request.time, at: now(), &violations)
    try violations.throwIfAny()
    guard let agentID, let callee, let agent = try await agent(agentID, caller) else {
      throw RPCError(.notFound, "agentId: there is no such agent")
    }
    let question = AdmissionRequest(
      merchant: caller.merchant, call: CallID(), agent: agent, callee: callee,
      callerID: PhoneNumber(agent.phoneNumber))
    let doNotDisturb = await gate.doNotDisturb(question)
    return try await transaction(caller) {
      try await gate.verdict(on: question, at: time, doNotDisturb: doNotDisturb, $0)
    }
  }

  /// The agent as calls are made with it.
  private func agent(_ id: AgentID, _ caller: Caller) async throws -> V1.Agent? {
    try await transaction(caller) { try await agents.agent(id, $0) }
  }

  /// A transaction that sees the caller's rows.
  func transaction<Result: Sendable>(
    _ caller: Caller, _ body: @escaping @Sendable (Transaction) async throws -> Result
  ) async throws -> Result {
    try await pool.transaction(tenant: .merchant(caller.merchant.text), body)
  }

  /// What answers single reads of the caller's rows.
  func reader(_ caller: Caller) -> Autocommit { pool.autocommit(.merchant(caller.merchant.text)) }
}
