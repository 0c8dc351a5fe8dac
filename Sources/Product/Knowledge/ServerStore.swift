internal import Postgres

/// All SQL of the servers that run, and where they want vectors.
enum ServerStore {
  /// How long after it was seen a server still counts.
  private static let lifetime = "3 minutes"

  /// Says that a server is there, and forgets those that have not been for long.
  static func announce(
    _ server: String, wanting placement: String, _ database: Autocommit
  ) async throws {
    try await database.execute(
      """
      WITH gone AS (DELETE FROM knowledge_servers WHERE seen_time < now() - interval '1 day')
      INSERT INTO knowledge_servers (server, placement) VALUES (\(server), \(placement))
      ON CONFLICT (server) DO UPDATE SET placement = excluded.placement, seen_time = now()
      """)
  }

  /// Says that a server has no say any more.
  static func withdraw(_ server: String, _ database: Autocommit) async throws {
    try await database.execute("DELETE FROM knowledge_servers WHERE server = \(server)")
  }

  /// Whether no server that runs wants vectors elsewhere.
  static func agree(on placement: String, _ database: some Querying) async throws -> Bool {
    try await database.query(
      """
      SELECT 1 AS one FROM knowledge_servers
      WHERE seen_time > now() - \(lifetime)::interval AND placement <> \(placement) LIMIT 1
      """
    ).isEmpty
  }
}
