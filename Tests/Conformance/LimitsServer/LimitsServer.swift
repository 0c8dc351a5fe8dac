internal import ArgumentParser
internal import EventLoop
internal import Glibc
internal import HTTP
internal import RPCServer
internal import Schema
internal import TLS
internal import Telemetry
internal import TestSchema
internal import WebSocket

/// `limits-server`: `bench.v1.Bench`, `payaid_test.v1.Mirror`, a WebSocket echo and the metrics, with
/// limits small enough for tests that break them. Prints its port and runs until it is killed.
@main
struct LimitsServer: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "limits-server")

  @Flag(help: "Serve TLS with a certificate signed by itself.")
  var tls = false

  @Option(help: "Seconds of every timeout; without it they are the defaults.")
  var timeout: Int?

  @Option(help: "Calls at once on one connection.")
  var streams = 100

  /// Not an async `run()`: that would end the main thread by libdispatch.
  func run() throws {
    let group = EventLoopGroup(count: 1)
    let server = try Server(
      loops: group, configuration: try configuration(), services: [Echo(), EverythingEcho()],
      bindings: [Bench.V1.BenchBinding.binding, PayaidTest.V1.MirrorBinding.binding],
      routes: routes())
    Task(executorPreference: group.loops[0]) {
      do {
        for address in try await server.start() { print(address.port ?? 0) }
        fflush(nil)
      } catch {
        Self.exit(withError: error)
      }
    }
    while true { pause() }
  }

  private func configuration() throws -> ServerConfiguration {
    let context = tls ? try TLSContext.server(identity: try SelfSignedCertificate.generate()) : nil
    var configuration = ServerConfiguration(
      listen: [SocketAddress(host: "127.0.0.1", port: 0)], tls: context)
    configuration.logsCalls = false
    configuration.limits.concurrentStreams = streams
    guard let timeout else { return configuration }
    let limit = Duration.seconds(timeout)
    configuration.limits.handshakeTimeout = limit
    configuration.limits.headerTimeout = limit
    configuration.limits.bodyTimeout = limit
    configuration.limits.idleTimeout = limit
    configuration.limits.idleTimeoutHTTP2 = limit
    configuration.limits.idleStreamTimeout = limit
    configuration.limits.stallTimeout = limit
    return configuration
  }

  private func routes() -> HTTPRoutes {
    var routes = HTTPRoutes()
    routes.handle("GET", "/metrics") { _ in
      HTTPExchangeResponse(
        contentType: "text/plain", body: MetricsRegistry.process.prometheusText().utf8)
    }
    routes.handle("GET", "/large") { _ in
      HTTPExchangeResponse(contentType: "text/plain", body: Array(repeating: 97, count: 1 << 20))
    }
    routes.handle("GET", "/sleepers") { _ in
      HTTPExchangeResponse(contentType: "text/plain", body: "\(Echo.highest)".utf8)
    }
    routes.webSocket("/echo") { _ in
      .accept { channel, _ in
        channel.onMessage = { [unowned channel] message in channel.send(message) }
      }
    }
    return routes
  }
}
