package import Domain
internal import Protobuf
package import Postgres
package import RPCCore
package import Schema
internal import Services

/// Serves `payaid.voice.v1.AgentService` from PostgreSQL.
package struct AgentService: Payaid.Voice.V1.AgentServiceServing {
  package typealias V1 = Payaid.Voice.V1

  private let pool: PostgresPool
  private let tokens: PageTokens

  package init(pool: PostgresPool, tokens: PageTokens) {
    self.pool = pool
    self.tokens = tokens
  }

  package func createAgent(
    _ request: V1.CreateAgentRequest, _ context: RPCContext
  ) async throws -> V1.Agent {
    let caller = try context.caller()
    let wanted = AgentRules.completed(request.agent ?? V1.Agent())
    try AgentRules.check(wanted)
    return try await write(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "CreateAgent", requestID: request.requestId, request: request
      ) {
        var agent = wanted
        agent.agentId = AgentID().text
        return try await AgentStore.insert(agent, merchant: caller.merchant, transaction)
      }
    }
  }

  package func getAgent(
    _ request: V1.GetAgentRequest, _ context: RPCContext
  ) async throws -> V1.Agent {
    let caller = try context.caller()
    return try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
      try await Self.existing(request.agentId, transaction)
    }
  }

  package func listAgents(
    _ request: V1.ListAgentsRequest, _ context: RPCContext
  ) async throws -> V1.ListAgentsResponse {
    let caller = try context.caller()
    let size = try PageSize.checked(request.pageSize)
    let arguments = [caller.merchant.text, request.language, "\(request.showDeleted)"]
    let cursor = try tokens.cursor(in: request.pageToken, arguments: arguments)
    let found = try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
      try await AgentStore.page(
        after: cursor, limit: size + 1, language: request.language,
        showDeleted: request.showDeleted, merchant: caller.merchant, transaction)
    }
    return .with {
      $0.agents = Array(found.prefix(size))
      if found.count > size, let last = $0.agents.last {
        $0.nextPageToken = tokens.make(cursor: last.agentId, arguments: arguments)
      }
    }
  }

  package func updateAgent(
    _ request: V1.UpdateAgentRequest, _ context: RPCContext
  ) async throws -> V1.Agent {
    let caller = try context.caller()
    let new = request.agent ?? V1.Agent()
    let paths = request.updateMask?.paths ?? []
    return try await write(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "UpdateAgent", requestID: request.requestId, request: request
      ) {
        let current = try await Self.existing(new.agentId, transaction)
        let merged = try AgentMerge.merged(current, new, paths: paths)
        return try await Self.replace(current, by: merged, etag: new.etag, transaction)
      }
    }
  }

  package func replaceAgent(
    _ request: V1.ReplaceAgentRequest, _ context: RPCContext
  ) async throws -> V1.Agent {
    let caller = try context.caller()
    let new = request.agent ?? V1.Agent()
    return try await write(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "ReplaceAgent", requestID: request.requestId, request: request
      ) {
        let current = try await Self.existing(new.agentId, transaction)
        return try await Self.replace(current, by: new, etag: new.etag, transaction)
      }
    }
  }

  package func deleteAgent(
    _ request: V1.DeleteAgentRequest, _ context: RPCContext
  ) async throws -> Google.Protobuf.Empty {
    let caller = try context.caller()
    return try await write(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "DeleteAgent", requestID: request.requestId, request: request
      ) {
        let current = try await Self.existing(request.agentId, transaction)
        try Etag.check(request.etag, against: current.etag)
        guard let id = AgentID(current.agentId),
          try await AgentStore.markDeleted(id, transaction)
        else { throw Self.notFound }
        return Google.Protobuf.Empty()
      }
    }
  }

  package func listVoices(
    _ request: V1.ListVoicesRequest, _ context: RPCContext
  ) async throws -> V1.ListVoicesResponse {
    .with { $0.voices = VoiceCatalog.voices(language: request.language) }
  }
}

extension AgentService {
  private static var notFound: RPCError { RPCError(.notFound, "there is no such agent") }

  private static func existing(
    _ text: String, _ transaction: Transaction
  ) async throws -> V1.Agent {
    guard let id = AgentID(text), let agent = try await AgentStore.find(id, transaction),
      agent.state != .deleted
    else { throw notFound }
    return agent
  }

  private static func replace(
    _ current: V1.Agent, by new: V1.Agent, etag: String, _ transaction: Transaction
  ) async throws -> V1.Agent {
    try Etag.check(etag, against: current.etag)
    var agent = AgentRules.completed(new)
    agent.agentId = current.agentId
    try AgentRules.check(agent)
    let revision = Etag.revision(current.etag)
    guard let updated = try await AgentStore.update(agent, over: revision, transaction) else {
      throw RPCError(.aborted, "the agent was changed at the same time; try again")
    }
    return updated
  }

  /// A transaction of the caller's; a number that another agent answers is `alreadyExists`.
  private func write<Result: Sendable>(
    _ caller: Caller, _ body: @escaping @Sendable (Transaction) async throws -> Result
  ) async throws -> Result {
    do {
      return try await pool.transaction(tenant: .merchant(caller.merchant.text), body)
    } catch let error as PostgresError where error.isUniqueViolation("agents_phone_number") {
      throw RPCError(.alreadyExists, "agent.phoneNumber: another agent answers this number")
    }
  }
}
