internal import ArgumentParser
internal import EventLoop
internal import Glibc
internal import RPCServer
internal import TLS
internal import TestSchema

/// `bench-server`: the echo of `bench.v1.Bench`, for measuring, until SIGTERM or SIGINT.
@main
struct BenchServer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-server",
    abstract: "Serves bench.v1.Bench on 127.0.0.1: gRPC and REST on every port.")

  @Option(help: "Port for gRPC over HTTP/2; 0 lets the system choose.")
  var port: Int

  @Option(help: "A second port, for REST: POST /v1/bench:unary.")
  var restPort: Int?

  @Option(help: "Event loops, each a thread.")
  var loops = 1

  @Flag(help: "TLS in place of cleartext, with a certificate made at the start.")
  var tls = false

  func validate() throws {
    guard (1...256).contains(loops) else {
      throw ValidationError("--loops must be between 1 and 256, not \(loops)")
    }
  }

  /// Not an async `run()`: that would end the main thread by libdispatch, which valgrind dies of.
  func run() throws {
    Allocator.keepFreed()
    let group = EventLoopGroup(count: loops)
    let (server, stop) = (try server(on: group), StopSignal.watch(on: group.loops[0]))
    Task(executorPreference: group.loops[0]) {
      do {
        for address in try await server.start() { print(address) }
        fflush(nil)
      } catch {
        Self.exit(withError: error)
      }
      for await _ in stop {}
      await server.stop()
      Glibc.exit(0)
    }
    while true { pause() }
  }

  private func server(on group: EventLoopGroup) throws -> Server {
    let ports = [port] + (restPort.map { [$0] } ?? [])
    var configuration = ServerConfiguration(
      listen: ports.map { SocketAddress(host: "127.0.0.1", port: $0) },
      tls: tls ? try .server(identity: SelfSignedCertificate.generate()) : nil)
    // What is measured is the path of a call. The peers write no log and set no limit either.
    configuration.logsCalls = false
    configuration.limits.concurrentStreams = 4_096
    configuration.limits.connections = 20_000
    configuration.limits.connectionsPerAddress = 20_000
    return try Server(
      loops: group, configuration: configuration, services: [Echo()],
      bindings: [Bench.V1.BenchBinding.binding])
  }
}

/// SIGTERM and SIGINT as something to wait for.
private enum StopSignal {
  static func watch(on loop: EventLoop) -> AsyncStream<Never> {
    let (stream, continuation) = AsyncStream<Never>.makeStream()
    loop.execute {
      for signal in [SIGTERM, SIGINT] {
        _ = try? SignalWatcher(loop, signal: signal) { continuation.finish() }
      }
    }
    return stream
  }
}
