internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import Schema
package import VoiceAPI

/// Changes of the draft, published as they are made unless the agent says otherwise.
extension AgentService {
  package func createAgent(
    _ request: V1.CreateAgentRequest, _ context: RPCContext
  ) async throws -> V1.Agent {
    let caller = try context.caller()
    let wanted = AgentRules.completed(request.agent ?? V1.Agent())
    return try await write(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "CreateAgent", requestID: request.requestId, request: request
      ) {
        try AgentRules.check(
          wanted, for: try await Self.publishing(wanted, transaction), policy: policy,
          hasCascade: hasCascade)
        var agent = wanted
        agent.agentId = AgentID().text
        agent.publishedVersion = 1
        let created = try await AgentStore.insert(agent, merchant: caller.merchant, transaction)
        try await Self.insertVersion(of: created, caller, transaction)
        try await AgentNews.tell(.agentCreated, of: created, caller, transaction)
        return created
      }
    }
  }

  package func updateAgent(
    _ request: V1.UpdateAgentRequest, _ context: RPCContext
  ) async throws -> V1.Agent {
    let caller = try context.caller()
    let new = request.agent ?? V1.Agent()
    let paths = request.updateMask?.paths ?? []
    return try await write(caller, new.agentId) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "UpdateAgent", requestID: request.requestId, request: request
      ) {
        let current = try await Self.existing(new.agentId, transaction)
        let merged = try Self.merge.merged(current, new, paths: paths)
        return try await replace(current, by: merged, etag: new.etag, caller, transaction)
      }
    }
  }

  package func replaceAgent(
    _ request: V1.ReplaceAgentRequest, _ context: RPCContext
  ) async throws -> V1.Agent {
    let caller = try context.caller()
    let new = request.agent ?? V1.Agent()
    return try await write(caller, new.agentId) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "ReplaceAgent", requestID: request.requestId, request: request
      ) {
        let current = try await Self.existing(new.agentId, transaction)
        return try await replace(current, by: new, etag: new.etag, caller, transaction)
      }
    }
  }

  package func deleteAgent(
    _ request: V1.DeleteAgentRequest, _ context: RPCContext
  ) async throws -> Google.Protobuf.Empty {
    let caller = try context.caller()
    return try await write(caller, request.agentId) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "DeleteAgent", requestID: request.requestId, request: request
      ) {
        let current = try await Self.existing(request.agentId, transaction)
        try Etag.check(request.etag, against: current.etag)
        guard let id = AgentID(current.agentId),
          try await AgentStore.markDeleted(id, transaction)
        else { throw Self.notFound }
        try await AgentNews.tell(.agentDeleted, of: current, caller, transaction)
        return Google.Protobuf.Empty()
      }
    }
  }

  private static let merge = FieldMerge<V1.Agent>(
    "an agent",
    outputOnly: [
      "agent_id", "create_time", "update_time", "etag", "published_version", "has_draft_changes",
    ])

  /// Writes the draft; publishes it if it is not to wait and says something new.
  private func replace(
    _ current: V1.Agent, by new: V1.Agent, etag: String, _ caller: Caller,
    _ transaction: Transaction
  ) async throws -> V1.Agent {
    try Etag.check(etag, against: current.etag)
    var agent = AgentRules.completed(new)
    agent.agentId = current.agentId
    let publishes = agent.publishing != .manual
    try AgentRules.check(
      agent, for: publishes ? try await Self.publishing(agent, transaction) : .draft,
      policy: policy, hasCascade: hasCascade)
    let published = try await AgentVersionStore.find(
      current.agentId, current.publishedVersion, transaction)
    let isNew = published.map { !Self.isSame($0, agent) } ?? true
    return try await Self.store(
      agent, over: current, as: publishes && isNew ? V1.AgentVersion() : nil,
      hasDraftChanges: isNew && !publishes, caller, transaction)
  }

  /// What publishing `agent` asks of it.
  static func publishing(
    _ agent: V1.Agent, _ transaction: Transaction
  ) async throws -> AgentRules.Purpose {
    let usesSecrets = agent.tools.contains { !$0.secretHeaders.isEmpty }
    return .publishing(secrets: usesSecrets ? try await ToolSecretStore.hosts(transaction) : [:])
  }

  /// Whether `version` says the same as `agent`.
  static func isSame(_ version: V1.AgentVersion, _ agent: V1.Agent) -> Bool {
    version.agent.map(AgentConfiguration.versioned) == AgentConfiguration.versioned(agent)
  }

  /// Writes `agent` over `current`; with `version`, also as the agent's next version, which takes
  /// its description and origin from there.
  static func store(
    _ agent: V1.Agent, over current: V1.Agent, as version: V1.AgentVersion?, hasDraftChanges: Bool,
    _ caller: Caller, _ transaction: Transaction
  ) async throws -> V1.Agent {
    var agent = agent
    agent.publishedVersion = current.publishedVersion + (version == nil ? 0 : 1)
    agent.hasDraftChanges = hasDraftChanges
    let revision = Etag.revision(current.etag)
    guard let updated = try await AgentStore.update(agent, over: revision, transaction) else {
      throw changedMeanwhile
    }
    if let version {
      try await insertVersion(of: updated, from: version, caller, transaction)
    }
    try await AgentNews.tell(.agentUpdated, of: updated, caller, transaction)
    return updated
  }

  /// Keeps the configuration of `agent` as the version that it says is published.
  @discardableResult
  private static func insertVersion(
    of agent: V1.Agent, from template: V1.AgentVersion = V1.AgentVersion(), _ caller: Caller,
    _ transaction: Transaction
  ) async throws -> V1.AgentVersion {
    var version = template
    version.agentId = agent.agentId
    version.version = agent.publishedVersion
    version.agent = agent
    version.author = caller.principal
    return try await AgentVersionStore.insert(version, merchant: caller.merchant, transaction)
  }
}
