internal import ArgumentParser

/// The stand-in cloud: vendors' wire protocols on loopback.
@main
struct Voicesim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "voicesim", abstract: "A stand-in for Exotel, Gemini and Pinecone, on one port.",
    subcommands: [Serve.self])
}
