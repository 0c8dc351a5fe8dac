internal import EventLoop
internal import Glibc
internal import ScratchPostgres
import Testing

@testable internal import Postgres

@Suite(.serialized) struct EmbeddedPostgresTests {
  private var loop: EventLoop { ScratchPostgres.loops.loops[1] }

  private func cluster(_ folder: String) -> EmbeddedPostgres {
    var options = EmbeddedPostgres.Options()
    options.isDurable = false
    return EmbeddedPostgres(loop: loop, dataFolder: folder, options: options)
  }

  private func temporaryFolder() throws -> String {
    var template = Array("/tmp/payaid-embedded-XXXXXX\0".utf8).map(CChar.init(bitPattern:))
    try #require(mkdtemp(&template) != nil)
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private func count(_ url: String, _ statement: Query) async throws -> Int {
    let pool = PostgresPool(loops: [loop], configuration: PostgresConfiguration(url: url))
    let rows = try await pool.query(statement)
    await pool.close()
    return rows.count
  }

  private func serverProcess(_ folder: String) throws -> Int32 {
    let home = FileSystem.read(folder + "/postgres.location") ?? folder + "/postgres"
    // Between two servers there is none for a moment.
    for _ in 0..<200 {
      if let text = FileSystem.read(home + "/data/postmaster.pid"), let file = PostmasterFile(text)
      {
        return file.process
      }
      usleep(50_000)
    }
    throw PostgresError(.embedded, "no server runs in \(home)")
  }

  @Test func `a cluster outlives its server, its process, and a kill`() async throws {
    let folder = try temporaryFolder()
    chmod(folder, 0o711)
    defer { FileSystem.remove(folder) }
    do {
      let first = cluster(folder)
      let url = try await first.start()
      _ = try await count(url, "CREATE TABLE kept (n int)")
      let second = cluster(folder)
      let error = await #expect(throws: PostgresError.self) { _ = try await second.start() }
      #expect(error?.message.hasPrefix("another process uses the data folder") == true)
    }
    // `first` is gone without a stop, as after SIGKILL: its server still runs.
    let old = try serverProcess(folder)
    #expect(kill(old, 0) == 0)
    // What Ctrl-C sends to this process's group does not reach it.
    #expect(getsid(old) == old)
    let next = cluster(folder)
    #expect(try await count(try await next.start(), "SELECT FROM kept") == 0)
    let process = try serverProcess(folder)
    #expect(process != old)
    kill(process, SIGKILL)
    await next.stop()
    let last = cluster(folder)
    let url = try await last.start()
    #expect(try await count(url, "SELECT FROM kept") == 0)
    #expect(
      try await count(url, "SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper") == 0)
    await last.stop()
    await last.stop()
    #expect(!FileSystem.exists(folder + "/postgres/data/postmaster.pid"))
  }

  @Test func `a server that ends by itself is started again, and one that is stopped is not`()
    async throws
  {
    let folder = try temporaryFolder()
    chmod(folder, 0o711)
    defer { FileSystem.remove(folder) }
    let cluster = cluster(folder)
    let pool = PostgresPool(
      loops: [loop], configuration: PostgresConfiguration(url: try await cluster.start()))
    let limit = ContinuousClock.now + .seconds(60)
    for _ in 0..<2 {
      let old = try serverProcess(folder)
      kill(old, SIGKILL)
      while (try? await pool.query("SELECT 1 AS one")) == nil || kill(old, 0) == 0 {
        if ContinuousClock.now > limit { await cluster.stop() }
        try #require(ContinuousClock.now < limit)
        try await loop.sleep(for: .milliseconds(20))
      }
    }
    let last = try serverProcess(folder)
    await pool.close()
    // In the middle of a restart, too.
    kill(last, SIGKILL)
    try await loop.sleep(for: .milliseconds(100))
    await cluster.stop()
    try await loop.sleep(for: .milliseconds(500))
    if let next = try? serverProcess(folder) { #expect(kill(next, 0) != 0) }
  }

  @Test func `a server of another folder is left alone, whatever a file says`() async throws {
    let (folder, other) = (try temporaryFolder(), try temporaryFolder())
    for one in [folder, other] { chmod(one, 0o711) }
    defer { for one in [folder, other] { FileSystem.remove(one) } }
    let server = cluster(folder)
    let url = try await server.start()
    let data = try #require(FileSystem.canonical(other)) + "/postgres/data"
    try FileSystem.makeFolder(data, mode: 0o700)
    try FileSystem.write("\(try serverProcess(folder))\n\(data)\n", to: data + "/postmaster.pid")
    let crashed = cluster(other)
    await #expect(throws: PostgresError.self) { _ = try await crashed.start() }
    #expect(try await count(url, "SELECT 1") == 1)
    await server.stop()
  }

  @Test(.enabled(if: geteuid() == 0))
  func `root's closed folder with a long name works all the same`() async throws {
    let closed = try temporaryFolder()
    let folder = closed + "/" + String(repeating: "long", count: 30)
    defer { FileSystem.remove(closed) }
    let server = cluster(folder)
    let url = try await server.start()
    _ = try await count(url, "CREATE TABLE kept (n int)")
    await server.stop()
    let home = try #require(FileSystem.read(folder + "/postgres.location"))
    #expect(home.hasPrefix("/var/lib/payaid-voice/"))
    defer { FileSystem.remove(home) }
    // A folder that is open by now does not get a second, empty cluster.
    for one in [closed, folder] { chmod(one, 0o711) }
    let next = cluster(folder)
    #expect(try await count(try await next.start(), "SELECT FROM kept") == 0)
    await next.stop()
  }
}
