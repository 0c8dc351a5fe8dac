package import Domain
package import HTTPClient
package import Postgres
internal import Protobuf
package import RPCCore
internal import RPCProtobuf
package import VoiceAPI

/// Serves `payaid.voice.v1.AgentService` from PostgreSQL.
package struct AgentService: Payaid.Voice.V1.AgentServiceServing {
  package typealias V1 = Payaid.Voice.V1

  let pool: PostgresPool
  let tokens: PageTokens
  /// Where tools and webhooks may be.
  let policy: OutboundPolicy
  /// Whether calls can be held by a cascade.
  let hasCascade: Bool
  private let cache: AgentCache

  package init(
    pool: PostgresPool, tokens: PageTokens, policy: OutboundPolicy = OutboundPolicy(),
    hasCascade: Bool = false, cache: AgentCache = AgentCache()
  ) {
    self.pool = pool
    self.tokens = tokens
    self.policy = policy
    self.hasCascade = hasCascade
    self.cache = cache
  }

  package func getAgent(
    _ request: V1.GetAgentRequest, _ context: RPCContext
  ) async throws -> V1.Agent {
    try await packedAgent(request, context).value
  }

  /// The answer of GetAgent, packed.
  func packedAgent(
    _ request: V1.GetAgentRequest, _ context: RPCContext
  ) async throws -> PackedMessage<V1.Agent> {
    let merchant = try context.caller().merchant
    guard let id = AgentID(request.agentId) else { throw Self.notFound }
    if let held = cache.held(id, of: merchant) { return held }
    guard
      let agent = try await cache.agent(id, of: merchant, load: { try await load(id, merchant) })
    else { throw Self.notFound }
    return agent
  }

  private func load(_ id: AgentID, _ merchant: MerchantID) async throws -> V1.Agent? {
    let agent = try await AgentStore.find(id, pool.autocommit(.merchant(merchant.text)))
    return agent?.state == .deleted ? nil : agent
  }

  package func listAgents(
    _ request: V1.ListAgentsRequest, _ context: RPCContext
  ) async throws -> V1.ListAgentsResponse {
    let caller = try context.caller()
    let size = try PageSize.checked(request.pageSize)
    var list = try Self.list(request)
    let arguments = [
      caller.merchant.text, request.language, "\(request.showDeleted)", request.filter,
      request.orderBy,
    ]
    list.cursor = try tokens.cursor(in: request.pageToken, arguments: arguments)
      .map { AgentList.Cursor($0) }
    let (agents, hasMore) = try await page(list, size, caller.merchant)
    return .with {
      $0.agents = agents
      if hasMore, let last = agents.last {
        $0.nextPageToken = tokens.make(cursor: list.cursor(after: last).text, arguments: arguments)
      }
    }
  }

  /// A page of at most `size` agents, and whether more follow. An agent is read whole only where it
  /// is not at hand at its revision.
  private func page(
    _ list: AgentList, _ size: Int, _ merchant: MerchantID
  ) async throws -> (agents: [V1.Agent], hasMore: Bool) {
    let database = pool.autocommit(.merchant(merchant.text))
    let places = try await AgentStore.page(list, limit: size + 1, merchant: merchant, database)
    let agents = try await cache.agents(Array(places.prefix(size)), of: merchant) {
      // Deleted since the list was read.
      try await AgentStore.find($0, database).filter { list.showsDeleted || $0.state != .deleted }
    }
    return (agents, places.count > size)
  }

  private static func list(_ request: V1.ListAgentsRequest) throws -> AgentList {
    var list = AgentList()
    var violations = FieldViolations()
    do throws(ListFault) {
      list.filter = try AgentFilter(request.filter)
    } catch {
      violations.add("filter", error.message)
    }
    do throws(ListFault) {
      list.order = try AgentOrder(request.orderBy)
    } catch {
      violations.add("orderBy", error.message)
    }
    try violations.throwIfAny()
    list.language = request.language
    list.showsDeleted = request.showDeleted
    return list
  }

  package func listVoices(
    _ request: V1.ListVoicesRequest, _ context: RPCContext
  ) async throws -> V1.ListVoicesResponse {
    .with { $0.voices = VoiceCatalog.voices(language: request.language) }
  }

  static var notFound: RPCError { RPCError(.notFound, "there is no such agent") }

  static func existing(_ text: String, _ transaction: Transaction) async throws -> V1.Agent {
    guard let id = AgentID(text), let agent = try await AgentStore.find(id, transaction),
      agent.state != .deleted
    else { throw notFound }
    return agent
  }

  /// A transaction of the caller's that makes an agent, or changes the one named `id`. A number that
  /// another agent answers is `alreadyExists`; a version that another request made at the same time is
  /// `aborted`.
  func write<Result: Sendable>(
    _ caller: Caller, _ id: String? = nil,
    _ body: @escaping @Sendable (Transaction) async throws -> Result
  ) async throws -> Result {
    do {
      let result = try await pool.transaction(tenant: .merchant(caller.merchant.text), body)
      if let id { await cache.changed(id, of: caller.merchant) }
      return result
    } catch let error as PostgresError where error.isUniqueViolation("agents_phone_number") {
      throw RPCError(.alreadyExists, "agent.phoneNumber: another agent answers this number")
    } catch let error as PostgresError where error.isUniqueViolation("agent_versions_pkey") {
      throw Self.changedMeanwhile
    }
  }

  static var changedMeanwhile: RPCError {
    RPCError(.aborted, "the agent was changed at the same time; try again")
  }
}

extension AgentList {
  /// Where the page after `agent` begins.
  fileprivate func cursor(after agent: Payaid.Voice.V1.Agent) -> Cursor {
    switch order.key {
    case .createTime: Cursor(value: "", agentID: agent.agentId)
    case .updateTime:
      Cursor(
        value: agent.updateTime.map { Self.text(Moment($0)) } ?? "", agentID: agent.agentId)
    case .name: Cursor(value: agent.name, agentID: agent.agentId)
    }
  }

  /// As `timestamptz` reads it.
  private static func text(_ moment: Moment) -> String {
    if case .text(let text) = moment.bind { text } else { "" }
  }
}
