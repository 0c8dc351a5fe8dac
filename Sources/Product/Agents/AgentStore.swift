package import Domain
package import Postgres
package import VoiceAPI

/// All SQL of agents. Every function runs in the caller's transaction, which names the merchant.
package enum AgentStore {
  package typealias Agent = Payaid.Voice.V1.Agent

  /// What ``AgentRow`` reads.
  static let columns: Query = """
    agents.agent_id, agents.revision, agents.name, agents.language, agents.voice_id,
    agents.system_prompt, agents.phone_number, agents.state, agents.config::text AS config,
    agents.create_time, agents.update_time, agents.published_version, agents.has_draft_changes
    """

  /// Inserts `agent` with its id.
  package static func insert(
    _ agent: Agent, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Agent {
    let row = try AgentRow(agent)
    let rows = try await transaction.query(
      """
      INSERT INTO agents (agent_id, merchant_id, name, language, voice_id, system_prompt,
        phone_number, state, config, published_version)
      VALUES (\(agent.agentId), \(merchant.text), \(row.name), \(row.language), \(row.voiceID),
        \(row.systemPrompt), \(row.phoneNumber), \(row.state), \(row.config)::jsonb,
        \(agent.publishedVersion))
      RETURNING \(columns)
      """)
    return try AgentRow.agent(rows[0])
  }

  /// The agent, deleted ones too; `nil` when there is none.
  package static func find(_ id: AgentID, _ database: some Querying) async throws -> Agent? {
    let rows = try await database.query(
      "SELECT \(columns) FROM agents WHERE agent_id = \(id.text)")
    return try rows.first.map(AgentRow.agent)
  }

  /// Which agent has a number, and whose it is; `nil` when none has, or when another merchant rents it.
  static func find(
    answering number: PhoneNumber, _ transaction: Transaction
  ) async throws -> (AgentID, MerchantID)? {
    let rows = try await transaction.query(
      """
      SELECT agent_id, merchant_id FROM agents
      WHERE phone_number = \(number.e164) AND state <> 'deleted'
        AND coalesce(phone_number_renter(\(number.e164)), merchant_id) = merchant_id
      """)
    guard let row = rows.first, let id = AgentID(try row.decode("agent_id", as: String.self)),
      let merchant = MerchantID(try row.decode("merchant_id", as: String.self))
    else { return nil }
    return (id, merchant)
  }

  /// The agents among `ids`, in no order.
  static func find(_ ids: [String], _ database: some Querying) async throws -> [Agent] {
    let rows = try await database.query(
      "SELECT \(columns) FROM agents WHERE agent_id = ANY(\(ids))")
    return try rows.map(AgentRow.agent)
  }

  /// One page of at most `limit` agents: which they are, and at which revision.
  static func page(
    _ list: AgentList, limit: Int, merchant: MerchantID, _ database: some Querying
  ) async throws -> [AgentPlace] {
    var query: Query = """
      SELECT agent_id, revision FROM agents WHERE merchant_id = \(merchant.text)
      """
    if !list.language.isEmpty { query.append(" AND language = \(list.language)") }
    if !list.showsDeleted { query.append(" AND state <> 'deleted'") }
    for term in list.filter.terms { query.append(" AND \(condition(term))") }
    query.append(position(list))
    query.append(" LIMIT \(limit)")
    return try await database.query(query).map { row in
      AgentPlace(
        id: try row.decode("agent_id"), etag: Etag.text(revision: try row.decode("revision")))
    }
  }

  private static func condition(_ term: AgentFilter.Term) -> Query {
    let operand: Query =
      switch term.field {
      case .state: "state"
      case .language: "language"
      case .name: "name"
      case .phoneNumber: "coalesce(phone_number, '')"
      case .label(let key): "coalesce(config->'labels'->>\(key), '')"
      }
    switch (term.comparison, term.field) {
    case (.equal, _): return "\(operand) = \(term.value)"
    case (.notEqual, _): return "\(operand) <> \(term.value)"
    case (.has, .label(let key)): return "config->'labels'->>\(key) IS NOT NULL"
    case (.has, _): return "\(operand) <> ''"
    }
  }

  /// Where the page begins, and its order; the agent's id tells equal ones apart.
  private static func position(_ list: AgentList) -> Query {
    let column: Query? =
      switch list.order.key {
      case .createTime: nil
      case .updateTime: "update_time"
      case .name: "name"
      }
    let place: Query = column.map { "(\($0), agent_id)" } ?? "agent_id"
    var query: Query = ""
    if let cursor = list.cursor {
      let here: Query = column == nil ? "\(cursor.agentID)" : "(\(cursor.value), \(cursor.agentID))"
      query = list.order.isDescending ? " AND \(place) < \(here)" : " AND \(place) > \(here)"
    }
    let direction: Query = list.order.isDescending ? "DESC" : "ASC"
    query.append(" ORDER BY ")
    if let column { query.append("\(column) \(direction), ") }
    query.append("agent_id \(direction)")
    return query
  }

  /// Writes `agent`, with its published version, over revision `revision`; `nil` when the stored one
  /// is another by now.
  package static func update(
    _ agent: Agent, over revision: Int64, _ transaction: Transaction
  ) async throws -> Agent? {
    let row = try AgentRow(agent)
    let rows = try await transaction.query(
      """
      UPDATE agents SET revision = revision + 1, update_time = now(), name = \(row.name),
        language = \(row.language), voice_id = \(row.voiceID),
        system_prompt = \(row.systemPrompt), phone_number = \(row.phoneNumber),
        state = \(row.state), config = \(row.config)::jsonb,
        published_version = \(agent.publishedVersion),
        has_draft_changes = \(agent.hasDraftChanges)
      WHERE agent_id = \(agent.agentId) AND revision = \(revision) AND state <> 'deleted'
      RETURNING \(columns)
      """)
    return try rows.first.map(AgentRow.agent)
  }

  /// Marks an agent deleted; false when there is no such agent or it is deleted already.
  package static func markDeleted(
    _ id: AgentID, _ transaction: Transaction
  ) async throws -> Bool {
    let rows = try await transaction.query(
      """
      UPDATE agents SET revision = revision + 1, update_time = now(), state = 'deleted'
      WHERE agent_id = \(id.text) AND state <> 'deleted' RETURNING 1 AS one
      """)
    return !rows.isEmpty
  }
}
