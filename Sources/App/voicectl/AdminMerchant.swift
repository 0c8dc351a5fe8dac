internal import Accounts
internal import ArgumentParser
internal import Domain
internal import FoundationEssentials
internal import TLS

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
      abstract: "Approves or rejects what a merchant submitted about itself, or suspends it.",
      discussion: """
        No call is placed for a merchant that is not approved. An approval is renewed by another \
        one, and given back to a suspended merchant likewise.
        """)

    @Argument(help: "The merchant, mer_….") var merchant: String
    @Option(help: "Your address. Nobody reviews a merchant that they belong to.") var by: String
    @Flag(help: "Reject it; needs --reason.") var reject = false
    @Flag(help: "Take an approval back, or give none; needs --reason.") var suspend = false
    @Option(help: "For how many days an approval holds.") var days = 365
    @Option(help: "Why; the merchant reads it.") var reason = ""
    @Option(help: "What it rests on: document, register or manual.") var method = "manual"
    @Option(help: "A file of what was looked at; its SHA-256 is kept.") var evidence: String?

    func run() async throws {
      let id = try AdminMerchant.id(merchant)
      let review = try checked()
      let answer = try await OperatorDatabase.transaction {
        try await KycReviewStore.decide(review, on: id, $0)
      }
      if let refusal = Self.refusal(answer) { throw CommandFailure(description: refusal) }
      Output.line("\(id) is \(outcomeText)")
    }

    /// The decision that the options make.
    private func checked() throws -> KycReview {
      guard (1...366).contains(days) else { throw ValidationError("--days must be 1 to 366") }
      guard !(reject && suspend) else {
        throw ValidationError("--reject and --suspend exclude each other")
      }
      guard !(reject || suspend) || !reason.isEmpty else {
        throw ValidationError("--reason is needed")
      }
      guard reason.unicodeScalars.count <= 500 else {
        throw ValidationError("--reason has more than 500 characters")
      }
      guard let reviewer = EmailAddress.normalized(by) else {
        throw ValidationError("--by must be name@example.in")
      }
      guard let method = KycReview.Method(rawValue: method) else {
        throw ValidationError("--method must be document, register or manual")
      }
      let outcome: KycReview.Outcome =
        reject ? .rejected : suspend ? .suspended : .approved(for: .seconds(days * 86_400))
      return KycReview(
        outcome, by: reviewer, method: method, reason: reason,
        evidence: try evidence.map { Digest.sha256(try BundleFolder.read($0)) })
    }

    private var outcomeText: String {
      if reject { return "rejected" }
      return suspend ? "suspended" : "approved for \(days) days"
    }

    private static func refusal(_ answer: OnKycReview) -> String? {
      switch answer {
      case .decided: nil
      case .noSuchMerchant: "there is no such merchant"
      case .reviewerIsTheMerchants:
        "the reviewer belongs to this merchant; somebody else must decide"
      case .stands(.draft): "this merchant has submitted nothing"
      case .stands(let state): "this merchant is \(state.rawValue)"
      case .incomplete(let fields):
        "this merchant has not said everything yet: \(fields.joined(separator: ", "))"
      }
    }
  }

  static func id(_ text: String) throws -> MerchantID {
    guard let id = MerchantID(text) else { throw ValidationError("\(text) is no merchant's id") }
    return id
  }
}
