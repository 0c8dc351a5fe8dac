internal import ArgumentParser
internal import Glibc
internal import InteropSchema
internal import Schema

typealias Testing = Grpc.Testing

/// `interop`: a server and a client of `grpc.testing`, for trying ours against other people's.
@main
struct Interop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interop",
    abstract: "The server and the client of gRPC's interoperability description.",
    subcommands: [ServerCommand.self, ClientCommand.self])
}
