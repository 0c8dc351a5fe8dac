internal import Domain
package import RPCCore
internal import Postgres
internal import Protobuf
package import VoiceAPI

extension CallService {
  /// Asks the gate, and queues the call with its job in the same transaction as the verdict.
  package func createCall(
    _ request: V1.CreateCallRequest, _ context: RPCContext
  ) async throws -> V1.Call {
    let caller = try context.caller()
    let call = request.call ?? V1.Call()
    try CallRules.check(call, policy: policy)
    let question = try await question(call, caller)
    let doNotDisturb = await admission.doNotDisturb(question)
    do {
      return try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
        try await Idempotency.once(
          transaction, caller, method: "CreateCall", requestID: request.requestId, request: request
        ) {
          let decision = try await admission.decide(
            question, doNotDisturb: doNotDisturb, transaction)
          guard decision.verdict == .allow else { throw Refused(decision: decision) }
          return try await queue(call, question, decision, transaction)
        }
      }
    } catch let refused as Refused {
      // The refusal rolled everything back; the verdict itself is kept. Another one may have come to say yes.
      let decision = try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
        try await admission.keep(refused.decision, on: question, $0)
      }
      throw try admission.refusal(decision)
    }
  }

  private struct Refused: Error {
    let decision: V1.Decision
  }

  /// What the gate is asked: the agent must exist, and the numbers were checked.
  private func question(_ call: V1.Call, _ caller: Caller) async throws -> AdmissionRequest {
    guard let agentID = AgentID(call.agentId), let callee = PhoneNumber(call.phoneNumber) else {
      throw RPCError(.invalidArgument, "call.agentId and call.phoneNumber are needed")
    }
    let choice = AgentChoice(version: call.agentVersion)
    let agent = try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
      try await agents.agent(agentID, choice, $0)
    }
    guard let agent else {
      throw RPCError(
        .notFound,
        call.agentVersion == 0
          ? "call.agentId: there is no such agent"
          : "call.agentVersion: there is no such agent or it has no such version")
    }
    try CallRules.checkVariables(call.variables, of: agent, path: "call.variables")
    return AdmissionRequest(
      merchant: caller.merchant, call: CallID(), agent: agent, callee: callee,
      callerID: PhoneNumber(call.callerId.isEmpty ? agent.phoneNumber : call.callerId),
      language: call.language)
  }

  private func queue(
    _ call: V1.Call, _ question: AdmissionRequest, _ decision: V1.Decision,
    _ transaction: Transaction
  ) async throws -> V1.Call {
    guard let agent = AgentID(question.agent.agentId) else {
      throw RPCError(.internal, "the agent's id is none")
    }
    var new = NewCall(
      id: question.call, merchant: question.merchant, agent: agent, direction: .outbound,
      phoneNumber: question.callee, callerID: question.callerID,
      language: question.language, state: .queued)
    new.agentVersion = question.agent.servedVersion
    new.decisionID = decision.decisionId
    new.doNotDisturb = DoNotDisturbStatus(allowedBy: decision)
    new.variablesJSON = try CallRules.variablesJSON(call)
    new.metadataJSON = try CallRules.metadataJSON(call)
    new.webhookURL = call.webhookUrl.isEmpty ? question.agent.webhookUrl : call.webhookUrl
    let record = try await CallStore.insert(new, transaction)
    try await CallEventStore.append(.call(record.proto), to: record, transaction)
    try await dialer.enqueue(record, transaction)
    var answer = record.proto
    answer.variables = call.variables
    answer.metadata = call.metadata
    answer.webhookUrl = new.webhookURL
    return answer
  }
}
