internal import ArgumentParser
internal import Buffers
internal import EventLoop
internal import Glibc
internal import RPCServer
internal import Simulation

extension Ears.Mode: ExpressibleByArgument {}

/// `voicesim serve`: answers on one port until it is told to stop.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serves all stand-ins; prints one JSON line with their addresses when ready.")

  @Option(help: "Address to listen on; port 0 lets the system choose.")
  var listen = "127.0.0.1:0"
  @Option(help: "JSON file with call scripts, rules and faults.")
  var script: String?
  @Option(help: "How speech is recognised: script, sphinx or auto.")
  var ears = Ears.Mode.auto
  @Option(help: "Folder for a stereo recording of every call.")
  var record: String?

  func run() async throws {
    guard let address = SocketAddress(listen) else {
      throw ValidationError("--listen \(listen) is not HOST:PORT")
    }
    let settings = try settings()
    let loops = EventLoopGroup(count: 1, name: "sim")
    let loop = loops.next()
    let cloud = try await SimulatedCloud.start(settings, on: loop)
    var configuration = ServerConfiguration(listen: [address])
    configuration.limits.connectionsPerAddress = 10_000
    configuration.limits.webSocketMessageSize = 8 * 1024 * 1024
    configuration.logsCalls = false
    let server = try Server(
      loops: loops, configuration: configuration, services: [], routes: CloudRoutes.make(cloud))
    let bound = try await server.start()
    announce(bound[0], settings)
    await Self.untilSignal(on: loop)
    await server.stop()
    await loops.stop()
  }

  private func settings() throws -> Settings {
    var settings = Settings()
    settings.ears = ears
    settings.recordings = record
    if let record { WholeFile.makeFolder(record) }
    if let script {
      guard let json = WholeFile.read(script) else {
        throw ValidationError("--script \(script) cannot be read")
      }
      settings.scenario = try Scenario(json: json)
    }
    return settings
  }

  private func announce(_ address: SocketAddress, _ settings: Settings) {
    let authority = address.description
    let line: JSONValue = [
      "exotel": .string("http://\(authority)"), "gemini": .string("ws://\(authority)"),
      "gemini_rest": .string("http://\(authority)"), "admin": .string("http://\(authority)/sim"),
      "exotel_sid": .string(settings.exotelSid),
    ]
    print(line.serializedString)
    fflush(nil)
  }

  private static func untilSignal(on loop: EventLoop) async {
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      loop.execute { SignalLatch(done).watch(loop) }
    }
  }
}

/// Resumes its waiter at the first SIGINT or SIGTERM. Loop-confined.
private final class SignalLatch {
  private var waiter: CheckedContinuation<Void, Never>?
  private var watchers: [SignalWatcher] = []

  init(_ waiter: CheckedContinuation<Void, Never>) { self.waiter = waiter }

  func watch(_ loop: EventLoop) {
    for signal in [SIGINT, SIGTERM] {
      if let watcher = try? SignalWatcher(loop, signal: signal, handler: { self.fire() }) {
        watchers.append(watcher)
      }
    }
  }

  private func fire() {
    for watcher in watchers { watcher.close() }
    watchers = []
    waiter?.resume()
    waiter = nil
  }
}
