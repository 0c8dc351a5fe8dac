internal import EventLoop
internal import Glibc
internal import ScratchPostgres
import Testing

@testable internal import Postgres

/// What the pool does when its server is away, frozen or slow: a cluster of its own for each test.
@Suite(.serialized) struct OutageTests {
  private var loop: EventLoop { ScratchPostgres.loops.loops[0] }

  /// A folder with a running cluster in it, gone afterwards. The body has a thread of its own: on the
  /// shared pool other tests could keep it waiting for longer than the limits that it tries.
  private func withCluster(
    _ body: (_ cluster: EmbeddedPostgres, _ url: String, _ folder: String) async throws -> Void
  ) async throws {
    var template = Array("/tmp/payaid-outage-XXXXXX\0".utf8).map(CChar.init(bitPattern:))
    try #require(mkdtemp(&template) != nil)
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    chmod(folder, 0o711)
    defer { FileSystem.remove(folder) }
    var options = EmbeddedPostgres.Options()
    options.isDurable = false
    let cluster = EmbeddedPostgres(loop: loop, dataFolder: folder, options: options)
    let url = try await cluster.start()
    let own = EventLoop.start(name: "body")
    do {
      try await withTaskExecutorPreference(own) { try await body(cluster, url, folder) }
    } catch {
      await cluster.stop()
      await own.stop()
      throw error
    }
    await cluster.stop()
    await own.stop()
  }

  private func pool(
    _ url: String, _ configure: (inout PostgresConfiguration) -> Void = { _ in }
  ) -> PostgresPool {
    var configuration = PostgresConfiguration(url: url)
    configuration.maxConnections = 4
    configure(&configuration)
    return PostgresPool(loops: ScratchPostgres.loops.loops, configuration: configuration)
  }

  /// Returns when `count` statements sleep on the server; half a minute at most.
  private func untilAsleep(_ count: Int, _ url: String) async throws {
    let watcher = PostgresPool(loops: [loop], configuration: PostgresConfiguration(url: url))
    let limit = ContinuousClock.now + .seconds(30)
    var asleep = 0
    while asleep < count {
      try #require(ContinuousClock.now < limit)
      asleep = try await watcher.query(
        "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
      ).count
    }
    await watcher.close()
  }

  /// Cancels the statements that sleep on the server.
  private func endSleep(_ url: String) async throws {
    let other = PostgresPool(loops: [loop], configuration: PostgresConfiguration(url: url))
    try await other.execute(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    await other.close()
  }

  /// What the database said to `body`; nil when it went well.
  private func failure(_ body: () async throws -> Void) async -> PostgresError? {
    do {
      try await body()
      return nil
    } catch {
      return error as? PostgresError
    }
  }

  private func process(_ folder: String) throws -> Int32 {
    let home = FileSystem.read(folder + "/postgres.location") ?? folder + "/postgres"
    let text = try #require(FileSystem.read(home + "/data/postmaster.pid"))
    return try #require(PostmasterFile(text)).process
  }

  @Test func `a restart fails what runs, refuses the next at once, and is over by itself`()
    async throws
  {
    try await withCluster { cluster, url, _ in
      let pool = pool(url)
      try await pool.execute("CREATE TABLE t (n int)")
      let running = Task { try await pool.query("SELECT pg_sleep(30)") }
      try await untilAsleep(1, url)
      await cluster.stop()
      let cut = await #expect(throws: PostgresError.self) { try await running.value }
      #expect(cut?.isTransient == true)

      // Down: every caller hears of it, the first by the failed attempt, the rest without one.
      for _ in 0..<20 {
        let start = ContinuousClock.now
        let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
        #expect(error?.isTransient == true)
        #expect(ContinuousClock.now - start < .seconds(20))
      }
      #expect(await pool.counts().waiting == 0)

      // Back under the same address: the pool finds it, after its pause of five seconds at most.
      #expect(try await cluster.start() == url)
      let limit = ContinuousClock.now + .seconds(30)
      while (try? await pool.execute("INSERT INTO t VALUES (1)")) == nil {
        try #require(ContinuousClock.now < limit)
        try await loop.sleep(for: .milliseconds(50))
      }
      try await pool.transaction { try await $0.execute("INSERT INTO t VALUES (2)") }
      #expect(try await pool.query("SELECT n FROM t").count == 2)
      await pool.close()
    }
  }

  /// The loop has not looked at the socket again: it is a write that finds the server gone, while more
  /// than the socket took is still to be written.
  @Test func `what is sent to a server process that was just killed fails at once`() async throws {
    try await withCluster { _, url, _ in
      let own = EventLoop.start(name: "test")
      let pool = PostgresPool(
        loops: [own],
        configuration: {
          var configuration = PostgresConfiguration(url: url)
          configuration.maxConnections = 1
          return configuration
        }())
      let rows = try await pool.query("SELECT pg_backend_pid() AS pid")
      let backend = Int32(try rows[0].decode("pid", as: Int.self))
      kill(backend, SIGSTOP)
      let large = String(repeating: "x", count: 4 << 20)
      let first = Task(executorPreference: own) {
        try await pool.query("SELECT length(\(large)) AS n", timeout: .seconds(60))
      }
      try await own.sleep(for: .milliseconds(100))
      let start = ContinuousClock.now
      let second = Task(executorPreference: own) {
        kill(backend, SIGKILL)
        while kill(backend, 0) == 0 { usleep(1_000) }
        return try await pool.query("SELECT 1 AS one", timeout: .seconds(60))
      }
      for task in [first, second] {
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.isTransient == true)
      }
      #expect(ContinuousClock.now - start < .seconds(30))
      await pool.close()
      await own.stop()
    }
  }

  @Test func `a frozen server costs each caller its deadline and no more`() async throws {
    try await withCluster { _, url, folder in
      // Longer than what the caller may wait, so that it is not this one that ends its wait.
      let pool = pool(url) { $0.connectTimeout = .seconds(60) }
      let rows = try await pool.query("SELECT pg_backend_pid() AS pid")
      let backend: Int = try rows[0].decode("pid")
      let postmaster = try process(folder)
      kill(Int32(backend), SIGSTOP)
      kill(postmaster, SIGSTOP)
      let start = ContinuousClock.now
      let error = await #expect(throws: PostgresError.self) {
        try await pool.query("SELECT 1 AS one", timeout: .milliseconds(200))
      }
      #expect(error?.isTransient == true)
      #expect(ContinuousClock.now - start < .seconds(20))
      kill(postmaster, SIGCONT)
      kill(Int32(backend), SIGCONT)
      let limit = ContinuousClock.now + .seconds(30)
      while (try? await pool.query("SELECT 1 AS one", timeout: .seconds(1))) == nil {
        try #require(ContinuousClock.now < limit)
        try await loop.sleep(for: .milliseconds(20))
      }
      await pool.close()
    }
  }

  @Test func `slow queries make a line that is bounded in length and in time`() async throws {
    try await withCluster { _, url, _ in
      let pool = PostgresPool(
        loops: [loop],
        configuration: {
          var configuration = PostgresConfiguration(url: url)
          configuration.maxConnections = 2
          configuration.maxWaiters = 4
          configuration.pipelineDepth = 1
          configuration.acquireTimeout = .seconds(1)
          return configuration
        }())
      let slow = (0..<2).map { _ in Task { try await pool.query("SELECT pg_sleep(30)") } }
      try await untilAsleep(2, url)
      let start = ContinuousClock.now
      let outcomes = await withTaskGroup(of: (PostgresError?, Duration).self) { group in
        for _ in 0..<20 {
          group.addTask {
            do {
              try await pool.execute("SELECT 1")
              return (nil, .zero)
            } catch {
              return (error as? PostgresError, ContinuousClock.now - start)
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.allSatisfy { $0.0?.kind == .poolExhausted })
      // Those beyond the line are told so at once, and not that they have waited.
      #expect(outcomes.count { $0.0?.message.contains("the limit is 4") == true } >= 16)
      #expect(outcomes.allSatisfy { $0.1 < .seconds(20) })
      try await endSleep(url)
      for task in slow { _ = await task.result }
      #expect(try await pool.query("SELECT 1 AS one").count == 1)
      await pool.close()
    }
  }

  @Test func `a new password counts for new connections`() async throws {
    try await withCluster { _, url, _ in
      var configuration = PostgresConfiguration(url: url)
      configuration.maxConnections = 1
      let pool = PostgresPool(loops: [loop], configuration: configuration)
      try await pool.execute("SELECT 1")
      await pool.connect(to: url.replacing("user=payaid", with: "user=nobody"))
      // The open connection stays, until it is lost; the new address does not let us in.
      try await pool.execute("SELECT 1")
      let cut = await failure {
        try await pool.execute("SELECT pg_terminate_backend(pg_backend_pid())")
      }
      #expect(cut?.isTransient == true)
      let refused = await failure { try await pool.execute("SELECT 1") }
      #expect(refused != nil)
      await pool.connect(to: url)
      let limit = ContinuousClock.now + .seconds(30)
      while await failure({ try await pool.execute("SELECT 1") }) != nil {
        try #require(ContinuousClock.now < limit)
        try await loop.sleep(for: .milliseconds(20))
      }
      await pool.close()
    }
  }

  @Test func `a waiting lock and an idle transaction are ended by the server`() async throws {
    try await withCluster { _, url, _ in
      let pool = pool(url) {
        $0.lockTimeout = .milliseconds(100)
        // Much longer, so that a slow machine does not turn the two round.
        $0.idleInTransactionTimeout = .milliseconds(1_500)
      }
      try await pool.execute("CREATE TABLE t (n int PRIMARY KEY)")
      try await pool.execute("INSERT INTO t VALUES (1)")
      let ended = await failure {
        try await pool.transaction { holder in
          try await holder.execute("UPDATE t SET n = 1 WHERE n = 1")
          let error = await failure {
            try await pool.execute("UPDATE t SET n = 1 WHERE n = 1")
          }
          #expect(error?.sqlState == .lockNotAvailable)
          let limit = ContinuousClock.now + .seconds(30)
          while (try? await pool.execute("UPDATE t SET n = 1 WHERE n = 1")) == nil {
            try #require(ContinuousClock.now < limit)
          }
          try await holder.execute("SELECT 1")
        }
      }
      #expect(ended != nil)
      await pool.close()
    }
  }

  /// A socket that takes connections and never says a word, as a machine that is gone.
  private func listenSilently(in folder: String) throws -> Int32 {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array("\(folder)/.s.PGSQL.5432".utf8CString)
    withUnsafeMutableBytes(of: &address.sun_path) { place in
      path.withUnsafeBytes { place.copyMemory(from: $0) }
    }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0 && listen(listener, 16) == 0)
    return listener
  }

  @Test func `of two servers the silent one is passed by, and not asked first again`() async throws
  {
    try await withCluster { _, url, folder in
      let silent = try listenSilently(in: folder)
      defer { close(silent) }
      let both = url.replacing("?host=", with: "?host=\(folder.replacing("/", with: "%2F")),")
      var configuration = PostgresConfiguration(url: both)
      configuration.connectTimeout = .milliseconds(500)
      // Each loop learns for itself.
      let pool = PostgresPool(loops: [loop], configuration: configuration)
      let limit = ContinuousClock.now + .seconds(30)
      while await failure({ try await pool.execute("SELECT 1") }) != nil {
        try #require(ContinuousClock.now < limit)
        try await loop.sleep(for: .milliseconds(20))
      }
      let error = await failure {
        for _ in 0..<4 {
          try await pool.execute("SELECT 1")
          _ = try? await pool.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        }
      }
      #expect(error == nil)
      await pool.close()
    }
  }

  @Test func `a server that takes no writes any more is left, and its refusal is transient`()
    async throws
  {
    try await withCluster { _, url, _ in
      var configuration = PostgresConfiguration(url: url)
      configuration.maxConnections = 1
      let pool = PostgresPool(loops: [loop], configuration: configuration)
      try await pool.execute("CREATE TABLE t (n int)")
      for isTransaction in [false, true] {
        try await pool.execute("SET default_transaction_read_only = on")
        let refused = await failure {
          if isTransaction {
            _ = try await pool.transaction(tenant: .system) {
              try await $0.execute("INSERT INTO t VALUES (0)")
            }
          } else {
            try await pool.execute("INSERT INTO t VALUES (0)")
          }
        }
        #expect(refused?.sqlState == .readOnlyTransaction)
        #expect(refused?.isTransient == true)
        try await pool.execute("INSERT INTO t VALUES (1)")
      }
      #expect(try await pool.query("SELECT n FROM t WHERE n = 1").count == 2)
      #expect(await pool.counts() == PoolCounts(open: 1, leased: 0, waiting: 0))
      await pool.close()
    }
  }

  @Test func `a server that takes no writes is not connected to`() async throws {
    try await withCluster { _, url, _ in
      let pool = pool(url)
      try await pool.execute("ALTER ROLE payaid SET default_transaction_read_only = on")
      await pool.close()
      let other = self.pool(url)
      let refused = await failure { try await other.execute("SELECT 1") }
      #expect(refused?.kind == .connectionLost)
      await other.close()
      // Whoever wants to read only may say so.
      let reader = self.pool(url + "&target_session_attrs=any")
      try await reader.execute("SELECT 1")
      await reader.close()
    }
  }

  @Test func `a statement that takes too long ends as transient, whoever ends it`() async throws {
    try await withCluster { _, url, _ in
      let pool = pool(url) { $0.maxConnections = 1 }
      let ended = await failure {
        try await pool.transaction { transaction in
          try await transaction.execute("SET LOCAL statement_timeout = '100ms'")
          _ = try await transaction.query("SELECT pg_sleep(20)")
        }
      }
      #expect(ended?.sqlState == .queryCanceled)
      #expect(ended?.isTransient == true)
      let givenUp = await failure {
        _ = try await pool.query("SELECT pg_sleep(20)", timeout: .milliseconds(100))
      }
      #expect(givenUp?.kind == .timedOut)
      let start = ContinuousClock.now
      try await pool.execute("SELECT 1")
      #expect(ContinuousClock.now - start < .seconds(15))
      #expect(await pool.counts().waiting == 0)
      await pool.close()
    }
  }
}
