package import EventLoop
internal import Glibc
package import Postgres
internal import Synchronization

/// A PostgreSQL of the test process's own: started by the first test that asks, gone at its end.
package enum ScratchPostgres {
  /// Two loops that all database tests share.
  package static let loops = EventLoopGroup(count: 2, name: "scratch")

  private static let server = Task { try await ScratchServer.start() }
  /// Many tests make their databases at once, on machines that do other things too.
  private static let patience = Duration.seconds(60)
  private static let number = Atomic<Int>(1)
  /// Databases that others are copies of, by the texts of their migrations.
  private static let templates = Mutex<[[String]: Task<String, any Error>]>([:])

  /// A new database with these migrations, and a pool for it over `loops`. Suites do not see each other.
  package static func database(
    migrations: [Migration] = [], configure: (inout PostgresConfiguration) -> Void = { _ in }
  ) async throws -> PostgresPool {
    let name = try await create(copying: try await template(migrations))
    var configuration = patient(try await url(of: name))
    configuration.maxConnections = 8
    configure(&configuration)
    return PostgresPool(loops: loops.loops, configuration: configuration)
  }

  /// The URL of a new empty database.
  package static func url() async throws -> String {
    try await url(of: try await create(copying: "template1"))
  }

  private static func url(of name: String) async throws -> String {
    try await server.value.replacing("/payaid?", with: "/\(name)?")
  }

  /// Makes a database; its name.
  private static func create(copying template: String) async throws -> String {
    let name = "scratch_\(number.wrappingAdd(1, ordering: .relaxed).oldValue)"
    let configuration = patient(try await server.value)
    let pool = PostgresPool(loops: [loops.loops[0]], configuration: configuration)
    try await pool.execute(
      "CREATE DATABASE \(unsafeSQL: name) TEMPLATE \(unsafeSQL: template)")
    await pool.close()
    return name
  }

  /// The name of a database with these migrations, to which nobody connects any more: to copy it is
  /// quicker than to apply them again.
  private static func template(_ migrations: [Migration]) async throws -> String {
    try await templates.withLock { templates in
      let texts = migrations.map(\.sql)
      if let known = templates[texts] { return known }
      let making = Task {
        let name = try await create(copying: "template1")
        let pool = PostgresPool(
          loops: loops.loops, configuration: patient(try await url(of: name)))
        try await Migrator(pool, migrations).run()
        await pool.close()
        return name
      }
      templates[texts] = making
      return making
    }.value
  }

  private static func patient(_ url: String) -> PostgresConfiguration {
    var configuration = PostgresConfiguration(url: url)
    configuration.connectTimeout = patience
    configuration.queryTimeout = patience
    configuration.acquireTimeout = patience
    configuration.lockTimeout = patience
    return configuration
  }
}

/// The cluster in a temporary folder. A test process has no end to hook, so a small shell waits
/// for it and then stops the server and removes the folder.
private enum ScratchServer {
  static func start() async throws -> String {
    var template = Array("/tmp/payaid-scratch-XXXXXX\0".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw PostgresError(.embedded, "cannot make a temporary folder: errno \(errno)")
    }
    let folder = String(
      decoding: template.map(UInt8.init(bitPattern:)).prefix { $0 != 0 }, as: UTF8.self)
    chmod(folder, 0o711)
    var options = EmbeddedPostgres.Options()
    options.isDurable = false
    options.canCreateDatabases = true
    let server = EmbeddedPostgres(
      loop: ScratchPostgres.loops.loops[0], dataFolder: folder, options: options)
    let url = try await server.start()
    try await cleanUpAfterThisProcess(folder)
    kept.withLock { $0 = server }
    return url
  }

  private static let kept = Mutex<EmbeddedPostgres?>(nil)

  private static func cleanUpAfterThisProcess(_ folder: String) async throws {
    let script = """
      while kill -0 \(getpid()) 2>/dev/null; do sleep 1; done
      kill -QUIT $(head -n 1 \(folder)/postgres/data/postmaster.pid) 2>/dev/null
      sleep 1; rm -rf \(folder)
      """
    var shell = ChildProcess.Options(
      executable: "/bin/sh", arguments: ["-c", "setsid sh -c '\(script)' &"])
    shell.output = .null
    shell.errors = .null
    let loop = ScratchPostgres.loops.loops[0]
    let options = shell
    _ = try await Task(executorPreference: loop) { [options] in
      try await ChildProcess.spawn(loop, options).waitForExit()
    }.value
  }
}
