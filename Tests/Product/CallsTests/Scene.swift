internal import Accounts
internal import Agents
internal import Compliance
internal import Domain
internal import Jobs
internal import Postgres
internal import Protobuf
internal import ScratchPostgres
internal import VoiceAPI
internal import Webhooks

@testable internal import Calls

extension NumberSeal {
  /// One with a key of the tests'.
  static func test() -> NumberSeal {
    NumberSeal(try! DataSeal(key: [UInt8](repeating: 9, count: 32)))
  }
}

/// A database with every area's tables, a merchant and an agent.
struct Scene {
  let pool: PostgresPool
  let merchant: MerchantID
  let agent: AgentID

  static func make() async throws -> Scene {
    let pool = try await ScratchPostgres.database(
      migrations: BaseMigrations.all + JobsMigrations.all + AccountsMigrations.all
        + DomainMigrations.all + AgentsMigrations.all + ComplianceMigrations.all
        + CallsMigrations.all + WebhooksMigrations.all)
    let merchant = try await pool.transaction(tenant: .system) {
      try await AccountStore.ensureMerchant(name: "Shop", email: "Shop@example.in", $0)
    }
    try await pool.approve(merchant.text)
    let agent = AgentID()
    try await pool.transaction(tenant: .merchant(merchant.text)) {
      _ = try await AgentStore.insert(
        .with {
          $0.agentId = agent.text
          $0.name = "Asha"
          $0.language = "hi"
          $0.voiceId = "hi-IN-female-1"
          $0.systemPrompt = "Help."
        }, merchant: merchant, $0)
    }
    return Scene(pool: pool, merchant: merchant, agent: agent)
  }

  func call(in state: CallState = .queued) -> NewCall {
    NewCall(
      merchant: merchant, agent: agent, direction: .outbound,
      phoneNumber: PhoneNumber("+919876543210"), callerID: PhoneNumber("+918047123456"),
      language: "hi", state: state, owner: "test")
  }

  func insert(_ call: NewCall) async throws -> CallRecord {
    try await pool.transaction(tenant: .merchant(merchant.text)) {
      try await CallStore.insert(call, $0)
    }
  }
}
