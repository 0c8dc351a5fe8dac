package import Postgres

/// The tables of agents, their secrets and their numbers.
package enum AgentsMigrations {
  package static let all = [
    Migration(file: "m0020_agents.sql", PackageResources.m0020_agents_sql),
    Migration(file: "m0021_agent_versions.sql", PackageResources.m0021_agent_versions_sql),
    Migration(file: "m0022_tool_secrets.sql", PackageResources.m0022_tool_secrets_sql),
    Migration(file: "m0023_phone_numbers.sql", PackageResources.m0023_phone_numbers_sql),
    Migration(file: "m0024_number_owners.sql", PackageResources.m0024_number_owners_sql),
    Migration(file: "m0029_agent_cache.sql", PackageResources.m0029_agent_cache_sql),
    Migration(file: "m0100_secret_hosts.sql", PackageResources.m0100_secret_hosts_sql),
    Migration(file: "m0101_named_secret_hosts.sql", PackageResources.m0101_named_secret_hosts_sql),
  ]
}
