internal import ArgumentParser
internal import EventLoop
internal import FoundationEssentials
internal import GRPC
internal import InteropSchema
internal import RPCClient
internal import RPCCore
internal import TLS

/// `interop client`: runs one case; exits 0 when it passed, 1 when it did not.
struct ClientCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "client",
    abstract: "Runs one case of the interoperability description against a server.")

  @Option(help: "The server's host.")
  var host = "127.0.0.1"

  @Option(help: "The server's port.")
  var port = 0

  @Option(help: "Speak TLS and believe these authorities, PEM.")
  var ca: String?

  @Option(help: "The name that the server's certificate must have; otherwise the host.")
  var serverName: String?

  @Option(name: .customLong("case"), help: "The case's name.")
  var caseName: String?

  @Option(
    name: .customLong("service_config_json"), help: "How calls behave: gRPC's service config.")
  var serviceConfig: String?

  @Flag(help: "Names every case, one a line, and exits.")
  var list = false

  @OptionGroup var pace: Pace

  func validate() throws {
    if list { return }
    guard let caseName else { throw ValidationError("--case NAME or --list is needed") }
    guard InteropCase.named(caseName) != nil else {
      throw ValidationError("there is no case \(caseName); --list names them")
    }
    guard port > 0 else { throw ValidationError("--port is needed") }
  }

  func run() async throws {
    if list { return InteropCase.all.forEach { print($0.name) } }
    guard let caseName, let it = InteropCase.named(caseName) else { return }
    let loop = EventLoop.start(name: "client")
    let peer = Peer(loop: loop, configuration: try configuration(), pace: pace)
    do {
      try await peer.withChannel { try await it.run($0) }
      await loop.stop()
      print("\(caseName): passed")
    } catch {
      await loop.stop()
      print("\(caseName): failed: \(error)")
      throw ExitCode(1)
    }
  }

  private func configuration() throws -> ClientConfiguration {
    var tls: ClientTLS?
    if let ca {
      let pem = Array(try Data(contentsOf: URL(filePath: ca)))
      tls = ClientTLS(trust: .authorities(pem), serverName: serverName)
    }
    var configuration = ClientConfiguration(
      address: SocketAddress(host: host, port: port), tls: tls)
    if let serviceConfig { configuration.serviceConfig = try ServiceConfig(json: serviceConfig) }
    return configuration
  }
}

/// How often and how fast the cases of long duration work; the names are those of the description.
struct Pace: ParsableArguments {
  @Option(name: .customLong("soak_iterations"), help: "Calls of rpc_soak and channel_soak.")
  var soakIterations = 10

  @Option(name: .customLong("soak_max_failures"), help: "Calls that may fail or be slow.")
  var soakMaxFailures = 0

  @Option(name: .customLong("soak_per_iteration_max_acceptable_latency_ms"))
  var soakLatencyMilliseconds = 1_000

  @Option(
    name: .customLong("soak_overall_timeout_seconds"),
    help: "Without it: one second for each iteration.")
  var soakTimeoutSeconds: Int?

  @Option(name: .customLong("soak_min_time_ms_between_rpcs"), help: "From start to start.")
  var soakIntervalMilliseconds = 0

  @Option(name: .customLong("soak_num_threads"), help: "Workers that share the iterations.")
  var soakWorkers = 1

  @Option(name: .customLong("soak_request_size"))
  var soakRequestSize = 271_828

  @Option(name: .customLong("soak_response_size"))
  var soakResponseSize = 314_159

  @Option(help: "What slow_consumer waits before it reads each of its 2,000 messages.")
  var slowConsumerDelayMs = 20

  @Option(help: "Calls of concurrent_large_unary.")
  var concurrentCalls = 1_000
}
