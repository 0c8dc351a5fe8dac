internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import VoiceAPI

/// Versions: publishing, reading, going back.
extension AgentService {
  package func publishAgent(
    _ request: V1.PublishAgentRequest, _ context: RPCContext
  ) async throws -> V1.AgentVersion {
    let caller = try context.caller()
    try Self.checkDescription(request.description)
    return try await write(caller, request.agentId) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "PublishAgent", requestID: request.requestId, request: request
      ) {
        let current = try await Self.existing(request.agentId, transaction)
        try Etag.check(request.etag, against: current.etag)
        if let published = try await Self.version(
          of: current, current.publishedVersion, transaction),
          Self.isSame(published, current)
        {
          return published
        }
        try AgentRules.check(
          current, for: try await Self.publishing(current, transaction), policy: policy,
          hasCascade: hasCascade)
        let new = V1.AgentVersion.with { $0.description = request.description }
        let updated = try await Self.store(
          current, over: current, as: new, hasDraftChanges: false, caller, transaction)
        return try await Self.newest(of: updated, transaction)
      }
    }
  }

  package func rollbackAgent(
    _ request: V1.RollbackAgentRequest, _ context: RPCContext
  ) async throws -> V1.AgentVersion {
    let caller = try context.caller()
    try Self.checkDescription(request.description)
    return try await write(caller, request.agentId) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "RollbackAgent", requestID: request.requestId,
        request: request
      ) {
        let current = try await Self.existing(request.agentId, transaction)
        try Etag.check(request.etag, against: current.etag)
        guard let target = try await Self.version(of: current, request.version, transaction),
          let configuration = target.agent
        else { throw Self.noSuchVersion }
        let agent = AgentConfiguration.joined(current, with: configuration)
        try AgentRules.check(
          agent, for: try await Self.publishing(agent, transaction), policy: policy,
          hasCascade: hasCascade)
        let new = V1.AgentVersion.with {
          $0.description = request.description
          $0.restoredFrom = request.version
        }
        let updated = try await Self.store(
          agent, over: current, as: target.published ? nil : new, hasDraftChanges: false, caller,
          transaction)
        return try await Self.newest(of: updated, transaction)
      }
    }
  }

  package func getAgentVersion(
    _ request: V1.GetAgentVersionRequest, _ context: RPCContext
  ) async throws -> V1.AgentVersion {
    let caller = try context.caller()
    return try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
      let agent = try await Self.existing(request.agentId, transaction)
      guard let found = try await Self.version(of: agent, request.version, transaction) else {
        throw Self.noSuchVersion
      }
      return found
    }
  }

  package func listAgentVersions(
    _ request: V1.ListAgentVersionsRequest, _ context: RPCContext
  ) async throws -> V1.ListAgentVersionsResponse {
    let caller = try context.caller()
    let arguments = [caller.merchant.text, "versions", request.agentId]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments,
      cursor: { (found: V1.AgentVersion) in "\(found.version)" }
    ) { cursor, limit in
      try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
        let agent = try await Self.existing(request.agentId, transaction)
        return try await AgentVersionStore.page(
          agent.agentId, below: cursor.flatMap { Int32($0) } ?? .max, limit: limit, transaction
        ).map { Self.marked($0, agent) }
      }
    }
    return .with {
      $0.versions = page.entries
      $0.nextPageToken = page.next
    }
  }

  private static var noSuchVersion: RPCError {
    RPCError(.notFound, "the agent has no such version")
  }

  private static func checkDescription(_ text: String) throws {
    var violations = FieldViolations()
    let length = text.codePointCount
    violations.require(
      length <= 500, "description", "has \(length) characters; the limit is 500")
    try violations.throwIfAny()
  }

  private static func version(
    of agent: V1.Agent, _ number: Int32, _ transaction: Transaction
  ) async throws -> V1.AgentVersion? {
    try await AgentVersionStore.find(agent.agentId, number, transaction).map { marked($0, agent) }
  }

  /// The published version of an agent that was just written.
  private static func newest(
    of agent: V1.Agent, _ transaction: Transaction
  ) async throws -> V1.AgentVersion {
    guard let version = try await version(of: agent, agent.publishedVersion, transaction) else {
      throw RPCError(.internal, "a version that was just written is not there")
    }
    return version
  }

  private static func marked(_ version: V1.AgentVersion, _ agent: V1.Agent) -> V1.AgentVersion {
    var version = version
    version.published = version.version == agent.publishedVersion
    return version
  }
}
