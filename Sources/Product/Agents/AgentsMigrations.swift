package import Postgres

/// The tables of agents.
package enum AgentsMigrations {
  package static let all = [
    Migration(
      version: 20, name: "agents",
      sql: String(decoding: PackageResources.m0020_agents_sql, as: UTF8.self))
  ]
}
