internal import EventLoop
internal import TLS

/// One loop's connection to Redis. An actor on that loop; `LinkMachine` decides, this acts.
actor RedisShard {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }
  private let configuration: RedisConfiguration
  private let tls: TLSContext?
  private let scripts: [RedisScript]
  private let greeting: @Sendable () -> [RedisCommand]
  private var link = LinkMachine()
  private var connection: RedisConnection?
  private var digests: [String: String] = [:]
  private var retryTimer: LoopTimer?
  private var whenReady: [CheckedContinuation<Bool, Never>] = []

  init(
    loop: EventLoop, configuration: RedisConfiguration, tls: TLSContext?, scripts: [RedisScript],
    greeting: @escaping @Sendable () -> [RedisCommand]
  ) {
    self.loop = loop
    self.configuration = configuration
    self.tls = tls
    self.scripts = scripts
    self.greeting = greeting
  }

  func start() { act(link.start()) }

  /// Whether commands pass now.
  var isReady: Bool { link.letsPass }

  /// Waits until commands pass; false when the shard was closed instead.
  ///
  /// Asked inside the continuation: the `await` before it may give the loop to others.
  func ready() async -> Bool {
    await withCheckedContinuation { continuation in
      if link.letsPass || link.state == .closed {
        continuation.resume(returning: link.letsPass)
      } else {
        whenReady.append(continuation)
      }
    }
  }

  /// Sends a command and waits for its answer, `commandTimeout` at most. Not cancellable: it is short.
  func run(_ command: RedisCommand) async throws -> RedisReply {
    let reply = try await send(command, timeout: configuration.commandTimeout)
    link.answered()
    return reply
  }

  /// Runs a script, by its digest where the server has it.
  func run(
    _ script: RedisScript, keys: [String], arguments: [RedisArgument]
  ) async throws -> RedisReply {
    do {
      return try await run(
        script.command(digest: digests[script.name], keys: keys, arguments: arguments))
    } catch let error as RedisError where error.kind == .refused(code: "NOSCRIPT") {
      return try await run(script.command(digest: nil, keys: keys, arguments: arguments))
    }
  }

  func close() {
    link.close()
    retryTimer?.cancel()
    connection?.close()
    connection = nil
    tellWaiting(false)
  }

  private func send(_ command: RedisCommand, timeout: Duration) async throws -> RedisReply {
    guard link.letsPass, let connection else {
      throw RedisError(.unavailable, "redis is not reachable now")
    }
    return try await withCheckedThrowingContinuation { continuation in
      connection.send(command, timeout: timeout) { continuation.resume(with: $0) }
    }
  }

  private func tellWaiting(_ isReady: Bool) {
    let waiting = whenReady
    whenReady = []
    for one in waiting { one.resume(returning: isReady) }
  }
}

extension RedisShard {
  private func act(_ action: LinkMachine.Action) {
    switch action {
    case .none: break
    case .connect: Task(executorPreference: loop) { await self.connect() }
    case .pause(let failures):
      retryTimer = loop.schedule(after: Backoff.delay(failures: failures)) { [self] in
        act(link.pauseOver())
      }
    }
  }

  private func connect() async {
    var made: RedisConnection?
    do {
      let stream = try await TCPStream.connect(
        on: loop, to: configuration.address, timeout: configuration.connectTimeout)
      let connection = try RedisConnection(stream, try session(), configuration)
      made = connection
      connection.start()
      let digests = try await greet(connection)
      guard link.greeted() else { return connection.close() }
      self.digests = digests
      self.connection = connection
      connection.onLost = { [self] _ in lost() }
      tellWaiting(true)
    } catch {
      made?.close()
      act(link.failed())
    }
  }

  private func session() throws(TLSError) -> TLSSession? {
    guard let tls else { return nil }
    return try TLSSession(client: tls, serverName: configuration.address.host ?? "localhost")
  }

  private func lost() {
    connection = nil
    act(link.failed())
  }

  /// Logs in, chooses the database, greets, loads the scripts; gives their digests. One round trip.
  private func greet(_ connection: RedisConnection) async throws -> [String: String] {
    let introduction = introduction()
    let loads = scripts.map { RedisCommand("SCRIPT", "LOAD", .text($0.source)) }
    let commands = introduction + loads
    guard !commands.isEmpty else { return [:] }
    let replies = try await withCheckedThrowingContinuation { continuation in
      let gathered = Replies(expected: commands.count, continuation)
      for command in commands {
        connection.send(command, timeout: configuration.connectTimeout) { gathered.add($0) }
      }
    }
    var digests: [String: String] = [:]
    for (script, reply) in zip(scripts, replies.dropFirst(introduction.count)) {
      digests[script.name] = reply.bytes.map { String(decoding: $0, as: UTF8.self) }
    }
    return digests
  }

  private func introduction() -> [RedisCommand] {
    var commands: [RedisCommand] = []
    if let password = configuration.password {
      let user = configuration.username.map { [RedisArgument.text($0)] } ?? []
      commands.append(RedisCommand("AUTH", user + [.text(password)]))
    }
    if configuration.database != 0 {
      commands.append(RedisCommand("SELECT", .integer(Int64(configuration.database))))
    }
    return commands + [RedisCommand("PING")] + greeting()
  }
}

/// Gathers the answers of several commands; the first failure is the answer of all. Loop-confined.
private final class Replies {
  private var replies: [RedisReply] = []
  private let expected: Int
  private var continuation: CheckedContinuation<[RedisReply], any Error>?

  init(expected: Int, _ continuation: CheckedContinuation<[RedisReply], any Error>) {
    self.expected = expected
    self.continuation = continuation
  }

  func add(_ result: Result<RedisReply, RedisError>) {
    switch result {
    case .success(let reply):
      replies.append(reply)
      if replies.count == expected { end(.success(replies)) }
    case .failure(let error): end(.failure(error))
    }
  }

  private func end(_ result: Result<[RedisReply], any Error>) {
    continuation?.resume(with: result)
    continuation = nil
  }
}
