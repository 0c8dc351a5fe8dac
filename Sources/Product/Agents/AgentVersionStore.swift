package import Domain
package import Postgres
internal import Protobuf
package import VoiceAPI

/// All SQL of agents' versions. Every function runs in the caller's transaction, which names the
/// merchant.
package enum AgentVersionStore {
  package typealias AgentVersion = Payaid.Voice.V1.AgentVersion

  private static let columns: Query = """
    agent_versions.agent_id, agent_versions.version, agent_versions.config::text AS version_config,
    agent_versions.description, agent_versions.author, agent_versions.restored_from,
    agent_versions.create_time
    """

  /// Inserts a version of an agent that is there; its configuration is the versioned part of
  /// `version.agent`. Throws a unique violation when the number is taken.
  @discardableResult
  package static func insert(
    _ version: AgentVersion, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> AgentVersion {
    let part = AgentConfiguration.versioned(version.agent ?? Payaid.Voice.V1.Agent())
    let config = String(decoding: try part.storableJSON(), as: UTF8.self)
    let rows = try await transaction.query(
      """
      INSERT INTO agent_versions (agent_id, version, merchant_id, config, description, author,
        restored_from)
      VALUES (\(version.agentId), \(version.version), \(merchant.text), \(config)::jsonb,
        \(version.description), \(version.author), \(version.restoredFrom))
      RETURNING \(columns)
      """)
    return try read(rows[0])
  }

  /// A version; `nil` when there is none of that number.
  package static func find(
    _ id: String, _ version: Int32, _ transaction: Transaction
  ) async throws -> AgentVersion? {
    try await transaction.query(
      """
      SELECT \(columns) FROM agent_versions
      WHERE agent_id = \(id) AND version = \(version)
      """
    ).first.map(read)
  }

  /// At most `limit` versions below `version`, newest first.
  package static func page(
    _ id: String, below version: Int32, limit: Int, _ transaction: Transaction
  ) async throws -> [AgentVersion] {
    try await transaction.query(
      """
      SELECT \(columns) FROM agent_versions
      WHERE agent_id = \(id) AND version < \(version) ORDER BY version DESC LIMIT \(limit)
      """
    ).map(read)
  }

  /// The agent with the configuration of `version`, or of its published one when that is `nil`. The
  /// draft stands in for the published version of an agent that was never published. `nil` without
  /// such an agent or version.
  static func agent(
    _ id: AgentID, _ version: Int32?, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Agent? {
    let rows = try await transaction.query(
      """
      SELECT \(AgentStore.columns), agent_versions.version,
        agent_versions.config::text AS version_config
      FROM agents LEFT JOIN agent_versions ON agent_versions.agent_id = agents.agent_id
        AND agent_versions.version = coalesce(\(version)::integer, agents.published_version)
      WHERE agents.agent_id = \(id.text)
      """)
    guard let row = rows.first else { return nil }
    let draft = try AgentRow.agent(row)
    guard let config = try row.decode("version_config", as: String?.self) else {
      return version == nil && draft.publishedVersion == 0 ? draft : nil
    }
    var agent = AgentConfiguration.joined(
      draft, with: try Payaid.Voice.V1.Agent(json: Array(config.utf8)))
    agent.publishedVersion = try row.decode("version")
    return agent
  }

  private static func read(_ row: Row) throws -> AgentVersion {
    var version = AgentVersion()
    version.agentId = try row.decode("agent_id")
    version.version = try row.decode("version")
    let config = try row.decode("version_config", as: String.self)
    var agent = try Payaid.Voice.V1.Agent(json: Array(config.utf8))
    agent.publishedVersion = version.version
    version.agent = agent
    version.description = try row.decode("description")
    version.author = try row.decode("author")
    version.restoredFrom = try row.decode("restored_from")
    version.createTime = try row.decode("create_time", as: Moment.self).timestamp
    return version
  }
}
