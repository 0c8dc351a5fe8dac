internal import Accounts
internal import ArgumentParser
internal import Buffers
internal import Domain
internal import EventLoop
internal import Foundation
internal import Postgres

/// `voicectl admin`: what only the operator may do, straight in the database.
struct Admin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The operator's commands; they need DATABASE_URL.", subcommands: [Merchant.self])

  struct Merchant: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Works with merchants.", subcommands: [Create.self])
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a merchant with an API key, or a new key for one that is there.",
      discussion: "The secret is printed once and kept nowhere.")

    @Option(help: "The merchant's address; one merchant each.") var email: String
    @Option(help: "The merchant's name; its address when not given.") var name: String?
    @Flag(help: "Print JSON: id, key, secret.") var json = false

    func run() async throws {
      guard let url = ProcessInfo.processInfo.environment["DATABASE_URL"], !url.isEmpty else {
        throw ValidationError("DATABASE_URL is needed; voiced prints it when it is ready")
      }
      let loop = EventLoop.start(name: "voicectl")
      let pool = PostgresPool(loops: [loop], configuration: PostgresConfiguration(url: url))
      let key = APIKey()
      let merchant = try await pool.transaction(tenant: .system) { transaction in
        let merchant = try await AccountStore.ensureMerchant(
          name: name ?? email, email: email, transaction)
        try await AccountStore.insert(
          key, displayName: "voicectl", merchant: merchant, transaction)
        return merchant
      }
      await pool.close()
      await loop.stop()
      Output.line(json ? Self.json(merchant.text, key) : Self.text(merchant.text, key))
    }

    private static func json(_ merchant: String, _ key: APIKey) -> String {
      var json = JSONWriter()
      json.beginObject()
      for (name, value) in [("id", merchant), ("key", key.id), ("secret", key.secret)] {
        json.key(name)
        json.string(value)
      }
      json.endObject()
      return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func text(_ merchant: String, _ key: APIKey) -> String {
      "merchant \(merchant)\nkey      \(key.id)\nsecret   \(key.secret)"
    }
  }
}
