internal import ArgumentParser
internal import Buffers
internal import EventLoop
internal import Glibc
internal import RPCServer
internal import Simulation
internal import TLS

extension Ears.Mode: ExpressibleByArgument {}

/// `voicesim serve`: answers on one port until it is told to stop.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serves all stand-ins; prints one JSON line with their addresses when ready.")

  @Option(help: "Address to listen on; port 0 lets the system choose.")
  var listen = "127.0.0.1:0"
  @Option(help: "Second address, for TLS; vendors' SDKs insist on wss.")
  var tlsListen: String?
  @Option(help: "File to write the TLS port's self-signed certificate to, for clients to trust.")
  var certificate: String?
  @Option(help: "JSON file with call scripts, rules and faults.")
  var script: String?
  @Option(help: "How speech is recognised: script, sphinx or auto.")
  var ears = Ears.Mode.auto
  @Option(help: "PEM file of whom to trust when calling back; else VOICESIM_TRUST.")
  var trust: String?
  @Option(help: "Folder for a stereo recording of every call.")
  var record: String?

  func run() async throws {
    let settings = try settings()
    let loops = EventLoopGroup(count: 1, name: "sim")
    let loop = loops.next()
    let routes = CloudRoutes.make(try await SimulatedCloud.start(settings, on: loop))
    let server = try Self.server(try address(listen), tls: nil, loops, routes)
    let bound = try await server.start()[0]
    let secure = try secureServer(loops, routes)
    announce(bound, try await secure?.start()[0], settings)
    await Self.untilSignal(on: loop)
    await secure?.stop()
    await server.stop()
    await loops.stop()
  }

  private func address(_ text: String) throws -> SocketAddress {
    guard let address = SocketAddress(text) else {
      throw ValidationError("\(text) is not HOST:PORT")
    }
    return address
  }

  private static func server(
    _ address: SocketAddress, tls: TLSContext?, _ loops: EventLoopGroup, _ routes: HTTPRoutes
  ) throws -> Server {
    var configuration = ServerConfiguration(listen: [address], tls: tls)
    configuration.limits.connectionsPerAddress = 10_000
    // A minute of the best audio, in base64.
    configuration.limits.bodySize = 12 * 1024 * 1024
    configuration.limits.webSocketMessageSize = 8 * 1024 * 1024
    configuration.logsCalls = false
    return try Server(loops: loops, configuration: configuration, services: [], routes: routes)
  }

  private func secureServer(_ loops: EventLoopGroup, _ routes: HTTPRoutes) throws -> Server? {
    guard let tlsListen else { return nil }
    let identity = try SelfSignedCertificate.generate()
    if let certificate, !WholeFile.write(identity.certificateChain, to: certificate) {
      throw ValidationError("--certificate \(certificate) cannot be written")
    }
    return try Self.server(
      try address(tlsListen), tls: try .server(identity: identity), loops, routes)
  }

  private func settings() throws -> Settings {
    var settings = Settings()
    settings.ears = ears
    settings.recordings = record
    if let trust { settings.trustFile = trust }
    if let record { WholeFile.makeFolder(record) }
    if let script {
      guard let json = WholeFile.read(script) else {
        throw ValidationError("--script \(script) cannot be read")
      }
      settings.scenario = try Scenario(json: json)
    }
    return settings
  }

  private func announce(
    _ address: SocketAddress, _ secure: SocketAddress?, _ settings: Settings
  ) {
    var members: [(String, JSONValue)] = [
      ("exotel", .string("http://\(address)")), ("gemini", .string("ws://\(address)")),
      ("gemini_rest", .string("http://\(address)")), ("pinecone", .string("http://\(address)")),
      ("google_stt", .string("http://\(address)")), ("azure_tts", .string("http://\(address)")),
      ("admin", .string("http://\(address)/sim")),
      ("exotel_sid", .string(settings.exotelSid)),
    ]
    if let secure { members.append(("gemini_tls", .string("wss://\(secure)"))) }
    print(JSONValue.object(JSONObject(members)).serializedString)
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
