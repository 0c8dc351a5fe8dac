internal import Accounts
internal import Agents
internal import Calls
internal import Compliance
internal import Domain
internal import EventLoop
internal import Jobs
internal import Knowledge
internal import Postgres
internal import Telemetry
internal import Webhooks

/// The database: the owner's, or one of our own below the data folder; migrated.
struct Database {
  /// For `voicectl admin` and tests, without a password; the embedded one has none.
  let url: String
  let pool: PostgresPool
  private let embedded: EmbeddedPostgres?

  private static let tenantRole = "payaid_tenant"

  static var migrations: [Migration] {
    BaseMigrations.all + JobsMigrations.all + AccountsMigrations.all + DomainMigrations.all
      + AgentsMigrations.all + ComplianceMigrations.all + CallsMigrations.all
      + KnowledgeMigrations.all
      + WebhooksMigrations.all
  }

  /// Opens it and applies what is pending.
  static func open(_ settings: Settings, loops: [EventLoop]) async throws -> Database {
    var embedded: EmbeddedPostgres?
    var url = settings.databaseURL ?? ""
    if settings.databaseURL == nil {
      let own = EmbeddedPostgres(
        loop: loops[0], dataFolder: settings.dataDirectory + "/postgres")
      url = try await own.start()
      embedded = own
    }
    do {
      let pool = try await migrated(url, loops)
      return Database(url: PostgresURL.withoutPassword(url), pool: pool, embedded: embedded)
    } catch {
      await embedded?.stop()
      throw error
    }
  }

  private static func migrated(_ url: String, _ loops: [EventLoop]) async throws -> PostgresPool {
    var configuration = PostgresConfiguration(url: url)
    configuration.onPrepare = { Log("database").debug("statement", ["sql": "\($0)"]) }
    let pool = PostgresPool(loops: loops, configuration: configuration)
    let migrator = Migrator(pool, migrations)
    let applied = try await migrator.run()
    if !applied.isEmpty { Log("voiced").info("migrated", ["count": .int(applied.count)]) }
    guard try await pool.bypassesRowSecurity() else { return pool }
    // The URL's role sees every row, so tenants are served through one that does not.
    try await pool.installTenantRole(tenantRole)
    await pool.close()
    configuration.tenantRole = tenantRole
    return PostgresPool(loops: loops, configuration: configuration)
  }

  /// New connections use the URL's password of now. What has a cluster of its own keeps it.
  func reload(_ settings: Settings) async {
    guard embedded == nil, let url = settings.databaseURL else { return }
    await pool.connect(to: url)
  }

  /// Answers only while statements run.
  var dependency: Readiness.Dependency {
    let pool = pool
    return Readiness.Dependency(name: "database", kind: embedded == nil ? "external" : "embedded") {
      _ = try await pool.query("SELECT 1 AS one", timeout: .seconds(2))
    }
  }

  func close() async {
    await pool.close()
    await embedded?.stop()
  }
}
