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
    @OptionGroup var options: ReviewOptions

    func run() async throws {
      let id = try AdminMerchant.id(merchant)
      let review = KycReview(options.verdict, try options.checked())
      let answer = try await OperatorDatabase.transaction {
        try await KycReviewStore.decide(review, on: id, $0)
      }
      if let refusal = Self.refusal(answer) { throw CommandFailure(description: refusal) }
      Output.line("\(id) is \(options.text)")
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
