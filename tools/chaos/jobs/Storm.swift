internal import EventLoop
internal import Glibc
internal import Jobs
internal import Postgres

/// A database of its own, worker processes, and somebody who kills them.
struct Storm: Sendable {
  let jobs: Int
  let workers: Int
  let killEvery: Int
  let limit: Int

  func run() async throws -> StormReport {
    let loop = EventLoop.start(name: "storm")
    var template = Array("/tmp/chaos-XXXXXX\0".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw PostgresError(.embedded, "cannot make a temporary folder: errno \(errno)")
    }
    let folder = String(
      decoding: template.map(UInt8.init(bitPattern:)).prefix { $0 != 0 }, as: UTF8.self)
    chmod(folder, 0o711)
    let database = EmbeddedPostgres(loop: loop, dataFolder: folder)
    let result = await Task(executorPreference: loop) {
      let result: Result<StormReport, any Error>
      do {
        result = .success(try await Trial(storm: self, loop: loop, database: database).run())
      } catch {
        result = .failure(error)
      }
      await database.stop()
      let remove = ChildProcess.Options(executable: "rm", arguments: ["-rf", folder])
      _ = await (try ChildProcess.spawn(loop, remove)).waitForExit()
      return try result.get()
    }.result
    await loop.stop()
    return try result.get()
  }
}

/// One run of the storm, on its loop.
private final class Trial {
  private let storm: Storm
  private let loop: EventLoop
  private let database: EmbeddedPostgres
  private var url = ""
  private var report = StormReport()
  private var children: [ChildProcess] = []

  init(storm: Storm, loop: EventLoop, database: EmbeddedPostgres) {
    self.storm = storm
    self.loop = loop
    self.database = database
  }

  func run() async throws -> StormReport {
    url = try await database.start()
    let pool = PostgresPool(loops: [loop], configuration: PostgresConfiguration(url: url))
    try await Migrator(pool, BaseMigrations.all + JobsMigrations.all).run()
    try await Effects.makeTables(pool)
    for start in stride(from: 0, to: storm.jobs, by: 500) {
      try await Effects.enqueue(start..<min(start + 500, storm.jobs), pool)
    }
    let begin = loop.now
    for _ in 0..<storm.workers { try startWorker() }
    try await rage(pool)
    report.seconds = begin.duration(to: loop.now) / .seconds(1)
    await endWorkers()
    report.tally = try await Effects.tally(storm.jobs, pool)
    await pool.close()
    return report
  }

  /// Kills until nothing is open; crashes the database when 40 % are done.
  private func rage(_ pool: PostgresPool) async throws {
    let deadline = loop.now.advanced(by: .seconds(storm.limit))
    while loop.now < deadline {
      let pause = Int.random(in: storm.killEvery / 2...storm.killEvery * 3 / 2)
      try await loop.sleep(for: .milliseconds(pause))
      guard let open = try? await open(pool) else { continue }
      if open == 0 { return }
      if report.restarts == 0, open < storm.jobs * 6 / 10 { try await crashDatabase() }
      try await killOne()
    }
  }

  private func open(_ pool: PostgresPool) async throws -> Int {
    try await pool.transaction(tenant: .system) {
      try await $0.query(
        "SELECT count(*) AS open FROM jobs WHERE state IN ('available', 'running')")[0]
        .decode("open")
    }
  }

  private func startWorker() throws {
    var options = ChildProcess.Options(
      executable: "/proc/self/exe", arguments: ["work", "--url", url])
    options.output = .null
    options.errors = .null
    children.append(try ChildProcess.spawn(loop, options))
  }

  private func killOne() async throws {
    let victim = children.remove(at: Int.random(in: children.indices))
    victim.kill(SIGKILL)
    guard await victim.waitForExit() == .signalled(Int(SIGKILL)) else {
      throw JobError(.badPayload, "a worker ended by itself")
    }
    report.kills += 1
    try startWorker()
  }

  /// SIGQUIT ends the server at once, as a crash does; its log is replayed at the next start.
  private func crashDatabase() async throws {
    for process in try serverProcesses() { kill(process, SIGQUIT) }
    await database.stop()
    let again = try await database.start()
    precondition(again == url, "the database came back in another place")
    report.restarts += 1
  }

  /// Our children that are called postgres: the postmaster.
  private func serverProcesses() throws -> [pid_t] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var found: [pid_t] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let pid = pid_t(name), let file = fopen("/proc/\(name)/stat", "r") else { continue }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 256)
      guard fgets(&line, 256, file) != nil else { continue }
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let parts = text.split(separator: " ")
      if parts.count > 3, parts[1] == "(postgres)", parts[3] == "\(getpid())" { found.append(pid) }
    }
    return found
  }

  private func endWorkers() async {
    for child in children {
      child.kill(SIGTERM)
      let killer = loop.schedule(after: .seconds(10)) { child.kill(SIGKILL) }
      _ = await child.waitForExit()
      killer.cancel()
    }
  }
}
