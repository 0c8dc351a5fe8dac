import Accounts
import Domain
import Jobs
import Postgres
import Protobuf
import RPCCore
import ScratchPostgres
import VoiceAPI

@testable import Agents

/// A database with the agents' tables, and a merchant who calls.
struct AgentScene {
  let pool: PostgresPool
  let merchant: MerchantID
  let service: AgentService

  static func make() async throws -> AgentScene {
    let pool = try await ScratchPostgres.database(
      migrations: BaseMigrations.all + AccountsMigrations.all + DomainMigrations.all
        + AgentsMigrations.all)
    let merchant = try await pool.transaction(tenant: .system) {
      try await AccountStore.ensureMerchant(name: "Shop", email: "shop@example.in", $0)
    }
    let tokens = PageTokens(key: [UInt8](repeating: 7, count: 32))
    return AgentScene(
      pool: pool, merchant: merchant, service: AgentService(pool: pool, tokens: tokens))
  }

  var context: RPCContext {
    let context = RPCContext(
      method: MethodDescriptor(service: "test.Test", name: "Test", kind: .unary))
    context.identity = Caller(merchant: merchant, principal: "key_test")
    return context
  }

  func create(_ json: String) async throws -> Payaid.Voice.V1.Agent {
    let agent = try Payaid.Voice.V1.Agent(json: Array(json.utf8))
    return try await service.createAgent(.with { $0.agent = agent }, context)
  }

  func list(_ filter: String, order: String = "", size: Int32 = 0) async throws -> [String] {
    var names: [String] = []
    var request = Payaid.Voice.V1.ListAgentsRequest.with {
      $0.filter = filter
      $0.orderBy = order
      $0.pageSize = size
    }
    repeat {
      let page = try await service.listAgents(request, context)
      names += page.agents.map(\.name)
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    return names
  }

  func tenant<Result: Sendable>(
    _ body: @escaping @Sendable (Transaction) async throws -> Result
  ) async throws -> Result {
    try await pool.transaction(tenant: .merchant(merchant.text), body)
  }
}
