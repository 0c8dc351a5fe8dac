internal import ArgumentParser

/// The server.
@main
struct Voiced: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "voiced",
    abstract: "Serves AI phone agents: gRPC, REST and live audio on one port.",
    subcommands: [
      Serve.self, ShowSettings.self, IncomingURL.self, EmbeddedDatabase.self, Held.self,
    ],
    defaultSubcommand: Serve.self)
}
