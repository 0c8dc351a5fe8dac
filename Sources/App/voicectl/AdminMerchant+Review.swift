internal import Accounts
internal import ArgumentParser
internal import Domain

extension AdminMerchant {
  struct Review: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Approves or rejects what a merchant submitted about itself, or suspends it.",
      discussion: """
        No call is placed for a merchant that is not approved. An approval is renewed by another \
        one, and given back to a suspended merchant likewise.
        """)

    @Argument(help: "The merchant, mer_….") var merchant: String
    @Flag(help: "Reject it; needs --reason.") var reject = false
    @Flag(help: "Take an approval back, or give none; needs --reason.") var suspend = false
    @OptionGroup var decision: DecisionOptions

    func run() async throws {
      let id = try AdminMerchant.id(merchant)
      guard !(reject && suspend) else {
        throw ValidationError("--reject and --suspend exclude each other")
      }
      let outcome: KycReview.Outcome =
        reject
        ? .rejected : suspend ? .suspended : .approved(for: .seconds(decision.days * 86_400))
      let review = KycReview(outcome, try decision.checked(isRefusal: reject || suspend))
      let answer = try await OperatorDatabase.transaction {
        try await KycReviewStore.decide(review, on: id, $0)
      }
      if let refusal = Self.refusal(answer) { throw CommandFailure(description: refusal) }
      Output.line("\(id) is \(outcomeText)")
    }

    private var outcomeText: String {
      if reject { return "rejected" }
      return suspend ? "suspended" : "approved for \(decision.days) days"
    }

    private static func refusal(_ answer: OnKycReview) -> String? {
      switch answer {
      case .decided: nil
      case .noSuchMerchant: "there is no such merchant"
      case .reviewerIsTheMerchants: DecisionOptions.reviewerIsTheMerchants
      case .stands(.draft): "this merchant has submitted nothing"
      case .stands(let state): "this merchant is \(state.rawValue)"
      case .incomplete(let fields):
        "this merchant has not said everything yet: \(fields.joined(separator: ", "))"
      }
    }
  }
}
