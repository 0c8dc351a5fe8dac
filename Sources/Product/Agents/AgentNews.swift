internal import Buffers
internal import Domain
internal import Postgres
internal import VoiceAPI

/// What merchants hear of their agents: which one, and where it stands; what it says is for GetAgent.
enum AgentNews {
  /// Leaves an event in the transaction that makes it true.
  static func tell(
    _ type: EventType, of agent: Payaid.Voice.V1.Agent, _ caller: Caller,
    _ transaction: Transaction
  ) async throws {
    try await EventOutbox.append(
      ProductEvent(type, merchant: caller.merchant, subject: agent.agentId) {
        $0.key("agent_id")
        $0.string(agent.agentId)
        $0.key("name")
        $0.string(agent.name)
        $0.key("published_version")
        $0.number(agent.publishedVersion)
        $0.key("has_draft_changes")
        $0.bool(agent.hasDraftChanges)
        $0.key("etag")
        $0.string(agent.etag)
      }, transaction)
  }
}
