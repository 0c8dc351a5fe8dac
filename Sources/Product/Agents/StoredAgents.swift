package import Domain
package import Postgres
package import VoiceAPI

/// The agents' tables as other areas see them.
package struct StoredAgents: AgentDirectory {
  package init() {}

  package func agent(
    _ id: AgentID, _ choice: AgentChoice, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Agent? {
    let agent =
      switch choice {
      case .published: try await AgentVersionStore.agent(id, nil, transaction)
      case .version(let number): try await AgentVersionStore.agent(id, number, transaction)
      case .draft: try await draft(id, transaction)
      }
    return agent?.state == .deleted ? nil : agent
  }

  package func agent(
    answering number: PhoneNumber, _ transaction: Transaction
  ) async throws -> (agent: Payaid.Voice.V1.Agent, merchant: MerchantID)? {
    guard let (id, merchant) = try await AgentStore.find(answering: number, transaction),
      let agent = try await agent(id, .published, transaction)
    else { return nil }
    return (agent, merchant)
  }

  private func draft(
    _ id: AgentID, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Agent? {
    var agent = try await AgentStore.find(id, transaction)
    agent?.publishedVersion = 0
    return agent
  }
}
