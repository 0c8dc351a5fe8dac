internal import ArgumentParser
internal import EventLoop
internal import Glibc
internal import RPCServer
internal import TestSchema

/// `bench-server`: the echo of `bench.v1.Bench`, for measuring, until SIGTERM or SIGINT.
@main
struct BenchServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-server",
    abstract: "Serves bench.v1.Bench on 127.0.0.1 in cleartext: gRPC and REST on every port.")

  @Option(help: "Port for gRPC over HTTP/2; 0 lets the system choose.")
  var port: Int

  @Option(help: "A second port, for REST: POST /v1/bench:unary.")
  var restPort: Int?

  @Option(help: "Event loops, each a thread.")
  var loops = 1

  func validate() throws {
    guard (1...256).contains(loops) else {
      throw ValidationError("--loops must be between 1 and 256, not \(loops)")
    }
  }

  func run() async throws {
    let group = EventLoopGroup(count: loops)
    let ports = [port] + (restPort.map { [$0] } ?? [])
    var configuration = ServerConfiguration(
      listen: ports.map { SocketAddress(host: "127.0.0.1", port: $0) })
    // What is measured is the path of a call. The peers write no log and set no limit either.
    configuration.logsCalls = false
    configuration.limits.concurrentStreams = 4_096
    let server = try Server(
      loops: group, configuration: configuration, services: [Echo()],
      bindings: [Bench.V1.BenchBinding.binding])
    let stop = StopSignal.watch(on: group.loops[0])
    for address in try await server.start() { print(address) }
    fflush(nil)
    for await _ in stop {}
    await server.stop()
    await group.stop()
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
