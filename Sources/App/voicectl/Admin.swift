internal import ArgumentParser
internal import EventLoop
internal import FoundationEssentials
internal import Postgres

/// `voicectl admin`: what only the operator may do, straight in the database.
struct Admin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The operator's commands; they need DATABASE_URL.",
    subcommands: [
      AdminMerchant.self, AdminTemplate.self, AdminDnd.self, AdminUser.self, AdminJobs.self,
      AdminKeys.self,
      AdminAudit.self, AdminKnowledge.self,
    ])
}

/// The database that DATABASE_URL names, for one command.
enum OperatorDatabase {
  /// Runs `body` in one transaction that sees every merchant.
  static func transaction<Result: Sendable>(
    _ body: @Sendable (Transaction) async throws -> Result
  ) async throws -> Result {
    guard let url = ProcessInfo.processInfo.environment["DATABASE_URL"], !url.isEmpty else {
      throw ValidationError("DATABASE_URL is needed; voiced prints it when it is ready")
    }
    let loop = EventLoop.start(name: "voicectl")
    let pool = PostgresPool(loops: [loop], configuration: PostgresConfiguration(url: url))
    do {
      let result = try await pool.transaction(tenant: .system, body)
      await pool.close()
      await loop.stop()
      return result
    } catch {
      await pool.close()
      await loop.stop()
      throw error
    }
  }
}
