internal import ArgumentParser
internal import Protobuf
internal import RPCCore
internal import VoiceAPI

/// `voicectl compliance`.
struct ComplianceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compliance", abstract: "Erases people, and shows how far that is.",
    subcommands: [Erase.self, Erasures.self])

  typealias Client = Payaid.Voice.V1.ComplianceServiceClient

  struct Erase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Erases all that is held of a person and waits until that is done; prints JSON.",
      discussion: """
        Calls to the number are refused from now on, until the person consents anew. Exit status 1 \
        when it failed.
        """)

    /// How often an erasure is asked for while it is under way.
    private static let pause = Duration.milliseconds(500)

    @OptionGroup var server: ServerOptions
    @Option(help: "Why: request, withdrawal, purpose_served or other.") var reason = "request"
    @Flag(help: "The calls were to recover loans for an entity of the Reserve Bank's.")
    var recoveryCalls = false
    @Flag(help: "Leave once it is asked for.") var noWait = false
    @Argument(help: "The person's number, E.164.") var phoneNumber: String

    func run() async throws {
      let erasure = try await server.withChannel { channel, metadata in
        let (client, options) = (Client(channel), CallOptions(metadata: metadata))
        var erasure = try await client.createErasure(
          .with {
            $0.phoneNumber = phoneNumber
            $0.reason = reason
            $0.recoveryCalls = recoveryCalls
          }, options: options)
        while erasure.state == .pending || erasure.state == .running, !noWait {
          try await ContinuousClock().sleep(for: Self.pause)
          erasure = try await client.getErasure(
            .with { $0.erasureId = erasure.erasureId }, options: options)
        }
        return erasure
      }
      try Output.json(erasure)
      if erasure.state == .failed { throw ExitCode.failure }
    }
  }

  struct Erasures: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists erasures, one JSON line each, newest first; or one of them.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The erasure's id.") var erasureID: String?

    func run() async throws {
      try await server.withChannel { channel, metadata in
        let (client, options) = (Client(channel), CallOptions(metadata: metadata))
        if let erasureID {
          return try Output.json(
            try await client.getErasure(.with { $0.erasureId = erasureID }, options: options))
        }
        var request = Payaid.Voice.V1.ListErasuresRequest()
        repeat {
          let page = try await client.listErasures(request, options: options)
          for erasure in page.erasures { try Output.json(erasure) }
          request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
      }
    }
  }
}
