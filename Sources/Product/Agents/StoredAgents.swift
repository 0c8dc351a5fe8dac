package import Domain
package import Postgres
package import Schema

/// The agents' table as other areas see it.
package struct StoredAgents: AgentDirectory {
  package init() {}

  package func agent(
    _ id: AgentID, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Agent? {
    guard let agent = try await AgentStore.find(id, transaction), agent.state != .deleted else {
      return nil
    }
    return agent
  }
}
