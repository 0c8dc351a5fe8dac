internal import ArgumentParser
internal import EventLoop
internal import Glibc
internal import Telemetry

/// `voiced serve`: starts everything, says where it is in one line of JSON, and stays until SIGTERM.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the server until SIGTERM or SIGINT.",
    discussion: """
      Settings come from the environment: DATABASE_URL (else a PostgreSQL of its own below the data \
      folder), EXOTEL_BASE_URL, EXOTEL_API_KEY, EXOTEL_API_TOKEN, EXOTEL_SID, \
      EXOTEL_WEBHOOK_SECRET, GEMINI_BASE_URL, GEMINI_API_KEY, GEMINI_MODEL, PUBLIC_URL, LOG_LEVEL.
      """)

  @Option(help: "Where to listen; port 0 lets the system choose.")
  var listen = "127.0.0.1:3000"

  @Option(help: "The folder of everything this server keeps; made when it is missing.")
  var dataDir: String

  @Option(help: "Event loops, each a thread; one per core when not given.")
  var loops: Int?

  @Flag(help: "Serve without TLS: for tests and behind a proxy on the same machine only.")
  var cleartext = false

  @Option(help: "How long calls in progress may go on after SIGTERM, in seconds.")
  var drainSeconds = 60

  func validate() throws {
    guard SocketAddress(listen) != nil else {
      throw ValidationError("--listen must be HOST:PORT, not \(listen)")
    }
    if let loops, !(1...256).contains(loops) {
      throw ValidationError("--loops must be between 1 and 256, not \(loops)")
    }
    guard drainSeconds >= 0 else { throw ValidationError("--drain-seconds must not be negative") }
  }

  func run() async throws {
    let settings = try Settings(environment: .process, command: self)
    Log.setLevel(settings.logLevel)
    Log.adoptSwiftLog()
    let stop = StopSignals.watch()
    let application = try await Application.start(settings)
    print(application.readyLine)
    fflush(nil)
    for await _ in stop {}
    await application.stop(grace: .seconds(drainSeconds))
  }
}
