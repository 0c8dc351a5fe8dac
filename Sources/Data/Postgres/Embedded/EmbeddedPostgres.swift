package import EventLoop
internal import Glibc
internal import Synchronization

/// A private PostgreSQL cluster below the server's data folder: reached over a Unix socket only,
/// never run as root, started and stopped with this process. One that ends by itself is started
/// again.
///
/// The application's role is `payaid`, owner of the database `payaid` and bound by row security.
package actor EmbeddedPostgres {
  /// How a cluster is run.
  package struct Options: Sendable {
    /// False only for clusters that are thrown away: faster, and lost with a crash.
    package var isDurable = true
    /// Lets the role `payaid` make databases, for tests.
    package var canCreateDatabases = false
    /// How long a start may take; replaying the log after a crash can take long.
    package var startTimeout = Duration.seconds(120)
    /// How long a stop may take before the server is killed.
    package var stopTimeout = Duration.seconds(10)

    package init() {}
  }

  nonisolated let loop: EventLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }
  let options: Options
  /// The server that this process has last started, while it runs; else 0.
  private static let process = Atomic<Int32>(0)
  private let dataFolder: String
  private var lock: FolderLock?
  private var places: ClusterPlaces?
  var server: ChildProcess?
  var tail = OutputTail()
  /// Whether a server that ends is to be started again.
  var isKept = false
  var restart: Task<Void, Never>?
  /// Restarts since the server last ran for a minute.
  var restarts = 0
  /// When it last began to answer.
  var runningSince: LoopInstant?

  package init(loop: EventLoop, dataFolder: String, options: Options = Options()) {
    self.loop = loop
    self.dataFolder = dataFolder
    self.options = options
  }

  /// Makes the cluster if there is none, ends a server that a killed process left, starts ours and
  /// gives the URL of the database. Throws `embedded` with the server's own words when it cannot,
  /// and when there is a cluster that cannot be reached.
  package func start() async throws -> String {
    let account = try Account.forCluster()
    try FileSystem.makeFolder(dataFolder, mode: 0o711)
    lock = try FolderLock(dataFolder + "/postgres.lock")
    do {
      let places = try ClusterPlaces.prepare(dataFolder: dataFolder, account: account)
      self.places = places
      try await endLeftoverServer(places)
      let binaries = try await chooseBinaries(places, account)
      if !FileSystem.exists(places.data) {
        try await makeCluster(places, binaries, account)
      }
      try places.record(in: dataFolder)
      try await startServer(places, binaries, account)
      try await makeDatabase(places)
      keep(places, binaries, account)
      return places.url(database: "payaid", user: "payaid")
    } catch {
      await stop()
      throw error
    }
  }

  /// Stops the server: SIGINT, which rolls open transactions back; SIGKILL when that takes too long.
  /// Does nothing when none runs.
  package func stop() async {
    isKept = false
    restart?.cancel()
    if let server, server.exitStatus == nil {
      server.kill(SIGINT)
      let killer = loop.schedule(after: options.stopTimeout) { server.kill(SIGKILL) }
      _ = await server.waitForExit()
      killer.cancel()
    }
    await restart?.value
    server = nil
    if let places, !places.socketFolder.hasPrefix(places.home) {
      FileSystem.remove(places.socketFolder)
    }
    lock = nil
  }

  /// Tells the server of this process to stop and does not wait for it, for who ends now. From any
  /// thread.
  package static func interrupt() {
    let process = process.load(ordering: .relaxed)
    if process > 0 { kill(process, SIGINT) }
  }

  /// Launches nothing more once its task is cancelled.
  func startServer(
    _ places: ClusterPlaces, _ binaries: PostgresBinaries, _ account: Account
  ) async throws {
    let deadline = loop.now.advanced(by: options.startTimeout)
    while true {
      try Task.checkCancellation()
      try launch(places, binaries, account)
      if try await waitUntilReady(places, until: deadline) { return }
      // A killed postmaster's children hold the shared memory for a moment.
      guard tail.text.contains("shared memory"), loop.now < deadline else {
        throw PostgresError(.embedded, "postgres ended at its start: \(tail.text)")
      }
      try await loop.sleep(for: .milliseconds(250))
    }
  }

  private func launch(
    _ places: ClusterPlaces, _ binaries: PostgresBinaries, _ account: Account
  ) throws {
    tail = OutputTail()
    let tail = tail
    var child = ChildProcess.Options(
      executable: binaries.postgres,
      arguments: ServerSettings.arguments(places, isDurable: options.isDurable))
    child.prepare(for: account, in: places.home)
    child.output = .null
    child.errors = unsafe .read { bytes in unsafe tail.append(bytes) }
    // Ctrl-C reaches our whole group, and would end the database before calls in progress.
    child.isDetached = true
    var process: Int32 = 0
    let server = try ChildProcess.spawn(loop, child) { [weak self] _ in
      _ = Self.process.compareExchange(expected: process, desired: 0, ordering: .relaxed)
      self?.assumeIsolated { $0.serverEnded(places, binaries, account) }
    }
    process = server.pid
    Self.process.store(process, ordering: .relaxed)
    self.server = server
  }

  /// True when it answers, false when it has ended.
  private func waitUntilReady(
    _ places: ClusterPlaces, until deadline: LoopInstant
  ) async throws -> Bool {
    let pool = adminPool(places)
    defer { Task { await pool.close() } }
    while server?.exitStatus == nil {
      if (try? await pool.query("SELECT 1")) != nil { return true }
      guard loop.now < deadline else {
        throw PostgresError(.embedded, "postgres did not answer within \(options.startTimeout)")
      }
      try await loop.sleep(for: .milliseconds(20))
    }
    return false
  }

  func adminPool(_ places: ClusterPlaces, database: String = "postgres") -> PostgresPool {
    let url = places.url(database: database, user: ServerSettings.superuser)
    var configuration = PostgresConfiguration(url: url)
    configuration.maxConnections = 1
    configuration.queryTimeout = .seconds(60)
    return PostgresPool(loops: [loop], configuration: configuration)
  }
}

/// The last few kilobytes a program printed, for error messages. Loop-confined.
final class OutputTail {
  private var bytes: [UInt8] = []

  func append(_ more: UnsafeRawBufferPointer) {
    unsafe bytes.append(contentsOf: more)
    if bytes.count > 8192 { bytes.removeFirst(bytes.count - 4096) }
  }

  /// On one line.
  var text: String {
    String(decoding: bytes, as: UTF8.self)
      .split(whereSeparator: \.isNewline).joined(separator: "; ")
  }
}

extension ChildProcess.Options {
  /// Runs as the account (or as we are), in a folder it can enter, with an environment that no `PG…` variable of
  /// ours can change.
  mutating func prepare(for account: Account?, in folder: String) {
    if let account, !account.isOurs {
      uid = account.user
      gid = account.group
    }
    workingDirectory = folder
    environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"]
    if let libraries = unsafe getenv("LD_LIBRARY_PATH") {
      environment?["LD_LIBRARY_PATH"] = unsafe String(cString: libraries)
    }
  }
}
