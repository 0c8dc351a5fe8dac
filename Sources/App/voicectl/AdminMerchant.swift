internal import Accounts
internal import ArgumentParser
internal import Domain

/// `voicectl admin merchant`.
struct AdminMerchant: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merchant", abstract: "Works with merchants.",
    subcommands: [Create.self, SetState.self, Review.self, Bind.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a merchant with an API key, or a new key for one that is there.",
      discussion: "The secret is printed once and kept nowhere.")

    @Option(help: "The merchant's address; one merchant each.") var email: String
    @Option(help: "The merchant's name; its address when not given.") var name: String?
    @Flag(help: "Print JSON: id, key, secret.") var json = false

    func run() async throws {
      let key = APIKey()
      let merchant = try await OperatorDatabase.transaction { transaction in
        let merchant = try await AccountStore.ensureMerchant(
          name: name ?? email, email: email, transaction)
        try await APIKeyStore.insert(
          key, displayName: "voicectl", merchant: merchant, transaction)
        return merchant
      }
      Output.line(
        json
          ? Output.object([("id", merchant.text), ("key", key.id), ("secret", key.secret)])
          : "merchant \(merchant)\nkey      \(key.id)\nsecret   \(key.secret)")
    }
  }

  struct SetState: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Suspends, closes or reactivates a merchant, at once on every server.")

    @Argument(help: "The merchant, mer_….") var merchant: String
    @Argument(help: "active, suspended or closed.") var state: String

    func run() async throws {
      let id = try AdminMerchant.id(merchant)
      guard let state = MerchantState(rawValue: state) else {
        throw ValidationError("the state must be active, suspended or closed")
      }
      let isThere = try await OperatorDatabase.transaction {
        try await AccountStore.setState(state, of: id, $0)
      }
      guard isThere else { throw CommandFailure(description: "there is no such merchant") }
      Output.line("\(id) is \(state.rawValue)")
    }
  }

  static func id(_ text: String) throws -> MerchantID {
    guard let id = MerchantID(text) else { throw ValidationError("\(text) is no merchant's id") }
    return id
  }
}
