internal import ArgumentParser
internal import Compliance
internal import Domain

/// `voicectl admin template`.
struct AdminTemplate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "template", abstract: "Works with what merchants registered as call templates.",
    subcommands: [Waiting.self, Review.self], defaultSubcommand: Waiting.self)

  struct Waiting: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the templates that wait for a decision, one JSON line each, oldest first.")

    @Option(help: "Most lines.") var limit = 50

    func run() async throws {
      let lines = try await OperatorDatabase.transaction {
        try await CallTemplateStore.waiting(limit: limit, $0)
      }
      for line in lines { Output.line(line) }
    }
  }

  struct Review: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Records that a template is approved on the operators' DLT platforms, or refuses or suspends it.",
      discussion: """
        Look there that words, class, sector, language and headers are the same. No call is placed by \
        a template that is not approved here, too. What is rejected stays so.
        """)

    @Argument(help: "The template, ctp_….") var template: String
    @OptionGroup var options: ReviewOptions

    func run() async throws {
      guard let id = CallTemplateID(template) else {
        throw ValidationError("\(template) is no template's id")
      }
      let review = CallTemplateReview(options.verdict, try options.checked())
      let answer = try await OperatorDatabase.transaction {
        try await CallTemplateStore.decide(review, on: id, $0)
      }
      guard case .decided(let merchant) = answer else {
        throw CommandFailure(description: Self.refusal(answer))
      }
      Output.line("\(id) of \(merchant) is \(options.text)")
    }

    private static func refusal(_ answer: OnCallTemplateReview) -> String {
      switch answer {
      case .decided: "it is decided"
      case .noSuchTemplate: "there is no such template"
      case .reviewerIsTheMerchants: DecisionOptions.reviewerIsTheMerchants
      case .stands(.pending): "nobody has decided on this template yet"
      case .stands(.approved): "this template is approved; suspend it"
      case .stands(.rejected): "this template is rejected; other words are another template"
      case .stands(.suspended): "this template is suspended"
      }
    }
  }
}
