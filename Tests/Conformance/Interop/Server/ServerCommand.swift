internal import ArgumentParser
internal import EventLoop
internal import FoundationEssentials
internal import Glibc
internal import InteropSchema
internal import RPCServer
internal import Schema
internal import TLS

/// `interop server`: serves until it is killed.
struct ServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server",
    abstract: "Serves grpc.testing.TestService; prints its address when it is ready.")

  @Option(help: "Port to listen on; 0 lets the system choose.")
  var port = 0

  @Option(help: "The certificate chain, PEM. With --key: serve TLS.")
  var cert: String?

  @Option(help: "The private key, PEM.")
  var key: String?

  @Option(help: "Calls that one connection may have open at once.")
  var maxConcurrentStreamsLimit = 2_000

  func validate() throws {
    guard (cert == nil) == (key == nil) else {
      throw ValidationError("--cert and --key go together")
    }
  }

  func run() async throws {
    let loops = EventLoopGroup(count: 1)
    let server = try server(on: loops)
    for address in try await server.start() { print(address) }
    fflush(nil)
    await Self.stopSignal(on: loops.loops[0])
    await server.stop()
    await loops.stop()
  }

  private func server(on loops: EventLoopGroup) throws -> Server {
    var configuration = ServerConfiguration(
      listen: [SocketAddress(host: "127.0.0.1", port: port)], tls: try tlsContext())
    configuration.logsCalls = false
    configuration.limits.concurrentStreams = maxConcurrentStreamsLimit
    let board = LoadBoard()
    return try Server(
      loops: loops, configuration: configuration,
      services: [TestServices(board: board), LoadReports(board: board)],
      bindings: [
        Testing.TestServiceBinding.binding, Xds.Service.Orca.V3.OpenRcaServiceBinding.binding,
      ])
  }

  private func tlsContext() throws -> TLSContext? {
    guard let cert, let key else { return nil }
    let identity = TLSIdentity(
      certificateChain: Array(try Data(contentsOf: URL(filePath: cert))),
      privateKey: Array(try Data(contentsOf: URL(filePath: key))))
    return try TLSContext.server(identity: identity)
  }

  /// Returns at SIGTERM or SIGINT.
  private static func stopSignal(on loop: EventLoop) async {
    let (signals, continuation) = AsyncStream<Never>.makeStream()
    loop.execute {
      for signal in [SIGTERM, SIGINT] {
        _ = try? SignalWatcher(loop, signal: signal) { continuation.finish() }
      }
    }
    for await _ in signals {}
  }
}
