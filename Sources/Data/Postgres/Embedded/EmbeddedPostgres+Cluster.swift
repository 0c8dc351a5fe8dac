internal import EventLoop
internal import Glibc

extension EmbeddedPostgres {
  /// Ends the server of an earlier process that was killed. Our lock on the data folder says that
  /// no live process of ours uses it.
  func endLeftoverServer(_ places: ClusterPlaces) async throws {
    guard let text = FileSystem.read(places.data + "/postmaster.pid"),
      let file = PostmasterFile(text), file.dataFolder == places.data
    else { return }
    for signal in [SIGINT, SIGKILL] {
      guard isServer(file.process, of: places) else { return }
      kill(file.process, signal)
      let deadline = loop.now.advanced(by: options.stopTimeout)
      while isServer(file.process, of: places), loop.now < deadline {
        try await loop.sleep(for: .milliseconds(20))
      }
    }
  }

  /// A process number may have been given to another program since, and that to a PostgreSQL of
  /// somebody else; a dead one may not have been collected by its parent yet.
  private func isServer(_ process: Int32, of places: ClusterPlaces) -> Bool {
    guard let status = FileSystem.read("/proc/\(process)/stat"), status.contains("(postgres)"),
      !status.contains("(postgres) Z")
    else { return false }
    if let folder = FileSystem.link("/proc/\(process)/cwd") {
      return folder == FileSystem.canonical(places.data)
    }
    // Root without CAP_SYS_PTRACE, as in most containers, may not see where another account's
    // process is, but what it was started with.
    let command = FileSystem.read("/proc/\(process)/cmdline") ?? ""
    return command.split(separator: "\0").contains { $0 == places.data }
  }

  /// Makes the cluster beside its place and moves it there, so that half a cluster never counts.
  func makeCluster(
    _ places: ClusterPlaces, _ binaries: PostgresBinaries, _ account: Account
  ) async throws {
    FileSystem.remove(places.fresh)
    var arguments = [
      "-D", places.fresh, "-U", ServerSettings.superuser, "--encoding=UTF8",
      "--locale=\(localeName)", "--auth-local=trust", "--auth-host=reject", "--no-instructions",
    ]
    if !options.isDurable { arguments.append("--no-sync") }
    let output = try await run(binaries.initdb, arguments, account, in: places.home)
    guard FileSystem.exists(places.fresh + "/PG_VERSION") else {
      throw PostgresError(.embedded, "initdb failed: \(output)")
    }
    try FileSystem.rename(places.fresh, to: places.data)
  }

  /// Sorting by code point with Unicode letters where the system has it, else plain C.
  private var localeName: String {
    guard let locale = unsafe newlocale(1 << LC_CTYPE, "C.UTF-8", nil) else { return "C" }
    unsafe freelocale(locale)
    return "C.UTF-8"
  }

  /// Makes the application's role and database where they are missing, and the extension that only
  /// a superuser may make.
  func makeDatabase(_ places: ClusterPlaces) async throws {
    let pool = adminPool(places)
    defer { Task { await pool.close() } }
    if try await pool.query("SELECT FROM pg_roles WHERE rolname = 'payaid'").isEmpty {
      let extra = options.canCreateDatabases ? "CREATEDB" : "NOCREATEDB"
      try await pool.execute("CREATE ROLE payaid LOGIN NOSUPERUSER \(unsafeSQL: extra)")
    }
    if try await pool.query("SELECT FROM pg_database WHERE datname = 'payaid'").isEmpty {
      try await pool.execute("CREATE DATABASE payaid OWNER payaid")
    }
    let vector = "SELECT FROM pg_available_extensions WHERE name = 'vector'"
    guard try await pool.query(Query(unsafeSQL: vector)).count == 1 else { return }
    let inside = adminPool(places, database: "payaid")
    defer { Task { await inside.close() } }
    try await inside.execute("CREATE EXTENSION IF NOT EXISTS vector")
  }

  /// Runs a program to its end and gives what it printed. Throws `embedded` when it fails.
  func run(
    _ program: String, _ arguments: [String], _ account: Account?, in folder: String
  ) async throws -> String {
    let tail = OutputTail()
    var child = ChildProcess.Options(executable: program, arguments: arguments)
    child.prepare(for: account, in: folder)
    child.output = unsafe .read { bytes in unsafe tail.append(bytes) }
    child.errors = unsafe .read { bytes in unsafe tail.append(bytes) }
    let status = await (try ChildProcess.spawn(loop, child)).waitForExit()
    // The end of the process may be heard of before the last of its output.
    for _ in 0..<50 where tail.text.isEmpty && account != nil {
      try await loop.sleep(for: .milliseconds(10))
    }
    guard status == .exited(0) else {
      throw PostgresError(.embedded, "\(program) failed: \(tail.text)")
    }
    return tail.text
  }
}
