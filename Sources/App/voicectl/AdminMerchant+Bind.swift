internal import Accounts
internal import ArgumentParser
internal import Domain
internal import FoundationEssentials

extension AdminMerchant {
  struct Bind: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Records that a merchant and its telemarketer are bound on the operators' DLT platforms.",
      discussion: """
        No call is placed for a merchant before. It counts for the two ids as they are now: of \
        another entity or telemarketer id it has to be recorded again. The telemarketer is the merchant where it \
        has such an id, else the platform: DLT_TELEMARKETER_ID.
        """)

    @Argument(help: "The merchant, mer_….") var merchant: String
    @Option(help: "The entity id that you looked at; refused when the merchant has another.")
    var entity: String?
    @Option(
      help: "The telemarketer id that you looked at; refused when it is not the merchant's.")
    var telemarketer: String?
    @Flag(help: "Record that they are bound no more; needs --reason.") var revoke = false
    @OptionGroup var decision: DecisionOptions

    func run() async throws {
      let id = try AdminMerchant.id(merchant)
      let platform = try platform()
      let seen = (
        entity: try Self.id(entity, "--entity"),
        telemarketer: try Self.id(telemarketer, "--telemarketer")
      )
      let binding = DLTBinding(
        revoke ? .unbound : .bound(for: .seconds(decision.days * 86_400)),
        try decision.checked(isRefusal: revoke))
      let answer = try await OperatorDatabase.transaction {
        try await DLTBindingStore.record(
          binding, of: id, platform: platform ?? seen.telemarketer, seen: seen, $0)
      }
      guard case .recorded(let entity, let telemarketer) = answer else {
        throw CommandFailure(description: Self.refusal(answer))
      }
      Output.line(
        "\(id): \(entity) and \(telemarketer) are "
          + (revoke ? "bound no more" : "bound for \(decision.days) days"))
    }

    private func platform() throws -> String? {
      let text = ProcessInfo.processInfo.environment["DLT_TELEMARKETER_ID"] ?? ""
      return text.isEmpty ? nil : try Self.id(text, "DLT_TELEMARKETER_ID")
    }

    private static func id(_ text: String?, _ name: String) throws -> String? {
      guard let text else { return nil }
      guard DLTChain.isID(text) else { throw ValidationError("\(name) must have 19 digits") }
      return text
    }

    private static func refusal(_ answer: OnDLTBinding) -> String {
      switch answer {
      case .recorded: "it is recorded"
      case .noSuchMerchant: "there is no such merchant"
      case .reviewerIsTheMerchants: DecisionOptions.reviewerIsTheMerchants
      case .noEntity: "this merchant has no DLT entity id"
      case .otherPair(let entity, let telemarketer):
        "this merchant is \(entity), its telemarketer \(telemarketer); nothing is recorded"
      case .noTelemarketer:
        "DLT_TELEMARKETER_ID or --telemarketer is needed: this merchant has no id of its own"
      case .notBound: "the two are not bound"
      }
    }
  }
}
