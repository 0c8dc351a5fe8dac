internal import ArgumentParser
internal import Protobuf
internal import RPCCore
internal import Schema
internal import VoiceAPI

/// `voicectl consents`.
struct Consents: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Asks people for consent with a form, and shows what they answered.",
    subcommands: [Ask.self, List.self, Show.self])

  typealias Client = Payaid.Voice.V1.ComplianceServiceClient

  struct Ask: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a form for one person; prints it as JSON, with its link.",
      discussion: "Whoever has the link may answer for the number. Send it to that person alone.")

    @OptionGroup var server: ServerOptions
    @Option(help: "SERVICE, SERVICE_EXPLICIT or PROMOTIONAL; once for each.")
    var purpose: [String]
    @Option(help: "What the page opens in, en or hi; the person's browser says without.")
    var language = ""
    @Option(help: "How many days a consent lasts, 1 to 180.") var days: Int32?
    @Option(help: "What is offered, in words that the page shows.") var offering = ""
    @Option(help: "Whom the page names for complaints; the account's e-mail without.")
    var contact = ""
    @Argument(help: "The person's number, +91 and ten digits.") var number: String

    func run() async throws {
      let purposes = try purpose.map(Self.purpose)
      let form = Payaid.Voice.V1.ConsentForm.with {
        $0.phoneNumber = number
        $0.purposes = purposes
        $0.language = language
        $0.offering = offering
        $0.contact = contact
        if let days { $0.consentLifetime = .with { $0.seconds = Int64(days) * 86_400 } }
      }
      try await server.withChannel { channel, metadata in
        try Output.json(
          try await Client(channel).createConsentForm(
            .with { $0.consentForm = form }, options: CallOptions(metadata: metadata)))
      }
    }

    private static func purpose(_ name: String) throws -> Payaid.Voice.V1.CallPurpose {
      switch name.uppercased() {
      case "SERVICE": .service
      case "SERVICE_EXPLICIT": .serviceExplicit
      case "PROMOTIONAL": .promotional
      default: throw ValidationError("\(name) is no purpose that anybody is asked for")
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists forms, one JSON line each, newest first.")

    @OptionGroup var server: ServerOptions
    @Option(help: "Only this number's.") var number = ""

    func run() async throws {
      try await server.withChannel { channel, metadata in
        let client = Client(channel)
        var request = Payaid.Voice.V1.ListConsentFormsRequest.with { $0.phoneNumber = number }
        repeat {
          let page = try await client.listConsentForms(
            request, options: CallOptions(metadata: metadata))
          for form in page.consentForms { try Output.json(form) }
          request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a form as JSON, with the notice that was answered.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The form's id.") var formID: String

    func run() async throws {
      try await server.withChannel { channel, metadata in
        try Output.json(
          try await Client(channel).getConsentForm(
            .with { $0.consentFormId = formID }, options: CallOptions(metadata: metadata)))
      }
    }
  }
}
