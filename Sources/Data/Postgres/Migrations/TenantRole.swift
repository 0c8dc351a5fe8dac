extension PostgresPool {
  /// Makes a role that row security binds, and lets the URL's role switch to it in tenant
  /// transactions. For a URL whose own role bypasses row security; run after the migrations, then
  /// set `PostgresConfiguration.tenantRole`. Needs CREATEROLE when the role does not exist yet.
  package func installTenantRole(_ name: String) async throws {
    let role = SQLName.quoted(name)
    let exists = try await query("SELECT FROM pg_roles WHERE rolname = \(name)").count == 1
    if !exists {
      do {
        try await execute("CREATE ROLE \(unsafeSQL: role) NOLOGIN NOBYPASSRLS")
      } catch let error as PostgresError where error.sqlState?.code == "42710" {
        // Another process made it in between.
      }
    }
    try await transaction { transaction in
      for statement in [
        "GRANT \(role) TO CURRENT_USER",
        "GRANT USAGE ON SCHEMA public TO \(role)",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \(role)",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO \(role)",
        "REVOKE ALL ON payaid_migrations FROM \(role)",
      ] {
        try await transaction.execute(Query(unsafeSQL: statement))
      }
    }
  }
}
