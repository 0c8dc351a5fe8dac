internal import ArgumentParser

/// The stand-in cloud: vendors' wire protocols on loopback.
@main
struct Voicesim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "voicesim", abstract: "A stand-in for Exotel and Gemini Live, on one port.",
    subcommands: [Serve.self])
}
