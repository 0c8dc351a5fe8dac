internal import Accounts
internal import ArgumentParser
internal import Domain
internal import FoundationEssentials

/// `voicectl admin merchant`.
struct AdminMerchant: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merchant", abstract: "Works with merchants.",
    subcommands: [Create.self, SetState.self, Review.self])

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

  struct Review: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Approves or rejects what a merchant submitted about itself.")

    @Argument(help: "The merchant, mer_….") var merchant: String
    @Flag(help: "Reject it.") var reject = false
    @Option(help: "For how many days an approval holds.") var days = 365

    func run() async throws {
      let id = try AdminMerchant.id(merchant)
      guard (1...366).contains(days) else { throw ValidationError("--days must be 1 to 366") }
      let wasSubmitted = try await OperatorDatabase.transaction {
        try await AccountStore.review(
          id, approveFor: reject ? nil : .seconds(days * 86_400), $0)
      }
      guard wasSubmitted else {
        throw CommandFailure(description: "this merchant has submitted nothing")
      }
      Output.line("\(id) is \(reject ? "rejected" : "approved for \(days) days")")
    }
  }

  static func id(_ text: String) throws -> MerchantID {
    guard let id = MerchantID(text) else { throw ValidationError("\(text) is no merchant's id") }
    return id
  }
}
