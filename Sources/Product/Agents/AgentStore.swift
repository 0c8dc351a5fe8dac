package import Domain
package import Postgres
package import Schema

/// All SQL of agents. Every function runs in the caller's transaction, which names the merchant.
package enum AgentStore {
  package typealias Agent = Payaid.Voice.V1.Agent

  private static let columns: Query = """
    agent_id, revision, name, language, voice_id, system_prompt, phone_number, state,
    config::text AS config, create_time, update_time
    """

  /// Inserts `agent` with its id.
  package static func insert(
    _ agent: Agent, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Agent {
    let row = try AgentRow(agent)
    let rows = try await transaction.query(
      """
      INSERT INTO agents
        (agent_id, merchant_id, name, language, voice_id, system_prompt, phone_number, state, config)
      VALUES (\(agent.agentId), \(merchant.text), \(row.name), \(row.language), \(row.voiceID),
        \(row.systemPrompt), \(row.phoneNumber), \(row.state), \(row.config)::jsonb)
      RETURNING \(columns)
      """)
    return try AgentRow.agent(rows[0])
  }

  /// The agent, deleted ones too; `nil` when there is none.
  package static func find(_ id: AgentID, _ transaction: Transaction) async throws -> Agent? {
    let rows = try await transaction.query(
      "SELECT \(columns) FROM agents WHERE agent_id = \(id.text)")
    return try rows.first.map(AgentRow.agent)
  }

  /// One page, newest first, of at most `limit` agents that sort after `cursor`.
  package static func page(
    after cursor: String?, limit: Int, language: String, showDeleted: Bool, merchant: MerchantID,
    _ transaction: Transaction
  ) async throws -> [Agent] {
    var query: Query = "SELECT \(columns) FROM agents WHERE merchant_id = \(merchant.text)"
    if let cursor { query.append(" AND agent_id < \(cursor)") }
    if !language.isEmpty { query.append(" AND language = \(language)") }
    if !showDeleted { query.append(" AND state <> 'deleted'") }
    query.append(" ORDER BY agent_id DESC LIMIT \(limit)")
    return try await transaction.query(query).map(AgentRow.agent)
  }

  /// Writes `agent` over revision `revision`; `nil` when the stored one is another by now.
  package static func update(
    _ agent: Agent, over revision: Int64, _ transaction: Transaction
  ) async throws -> Agent? {
    let row = try AgentRow(agent)
    let rows = try await transaction.query(
      """
      UPDATE agents SET revision = revision + 1, update_time = now(), name = \(row.name),
        language = \(row.language), voice_id = \(row.voiceID),
        system_prompt = \(row.systemPrompt), phone_number = \(row.phoneNumber),
        state = \(row.state), config = \(row.config)::jsonb
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
