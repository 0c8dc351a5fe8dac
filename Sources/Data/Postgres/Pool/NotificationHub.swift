internal import EventLoop

/// Stops its notifications when cancelled, or when nobody holds it any more.
package final class Subscription: Sendable {
  private let stop: @Sendable () -> Void

  init(stop: @escaping @Sendable () -> Void) { self.stop = stop }

  deinit { stop() }

  package func cancel() { stop() }
}

/// One connection that listens for all subscribers, and is made again when it breaks.
actor NotificationHub {
  typealias Handler = @Sendable (String?) -> Void

  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }
  private var configuration: PostgresConfiguration
  private var order: ServerOrder
  private var handlers: [String: [UInt64: Handler]] = [:]
  private var connection: PostgresConnection?
  private var isReady = false
  private var ready: [CheckedContinuation<Void, any Error>] = []
  private var failedAttempts = 0
  private var retryTimer: LoopTimer?
  private var nextID: UInt64 = 1
  private var isClosed = false

  init(loop: EventLoop, configuration: PostgresConfiguration) {
    self.loop = loop
    self.configuration = configuration
    order = ServerOrder(url: configuration.url)
  }

  /// Returns when the server has confirmed LISTEN; throws if the first connection cannot be made.
  func subscribe(_ channel: String, _ handler: @escaping Handler) async throws -> Subscription {
    try await connect()
    let id = nextID
    nextID += 1
    let isNew = handlers[channel]?.isEmpty ?? true
    handlers[channel, default: [:]][id] = handler
    if isNew { try await command("LISTEN \(SQLName.quoted(channel))") }
    return Subscription { [weak self] in
      guard let hub = self else { return }
      hub.loop.execute { hub.assumeIsolated { $0.unsubscribe(channel, id) } }
    }
  }

  func connect(to url: String) {
    configuration.url = url
    order = ServerOrder(url: url)
  }

  func close() {
    isClosed = true
    retryTimer?.cancel()
    connection?.close()
    connection = nil
    resumeWaiting(throwing: PostgresError(.closed, "pool was closed"))
    handlers = [:]
  }

  private func unsubscribe(_ channel: String, _ id: UInt64) {
    guard handlers[channel]?.removeValue(forKey: id) != nil else { return }
    guard handlers[channel]?.isEmpty == true else { return }
    handlers[channel] = nil
    send("UNLISTEN \(SQLName.quoted(channel))") { _ in }
  }

  private func command(_ text: String) async throws {
    try await withCheckedThrowingContinuation { continuation in
      send(text) { continuation.resume(with: $0.map { _ in () }) }
    }
  }

  private func send(
    _ text: String, _ answer: @escaping (Result<QueryResult, any Error>) -> Void
  ) {
    nextID += 1
    guard let connection else {
      return answer(.failure(PostgresError(.connectionLost, "listening connection was lost")))
    }
    connection.submit(
      [Query(unsafeSQL: text)], id: nextID, timeout: configuration.queryTimeout, answer: answer)
  }
}

extension NotificationHub {
  private func connect() async throws {
    if isClosed { throw PostgresError(.closed, "pool was closed") }
    if isReady { return }
    try await withCheckedThrowingContinuation { continuation in
      ready.append(continuation)
      if connection == nil { open() }
    }
  }

  private func open() {
    retryTimer?.cancel()
    var settings = configuration
    settings.preparedStatements = 0
    settings.order = order.parameters
    let first = order.first
    let connection = PostgresConnection(loop: loop, configuration: settings)
    self.connection = connection
    connection.onNotification = { [self] channel, payload in
      for handler in (handlers[channel] ?? [:]).values { handler(payload) }
    }
    connection.connect { [self] error in
      guard let error else { return opened(connection) }
      order.failed(startingWith: first)
      lost(error)
    }
  }

  private func opened(_ connection: PostgresConnection) {
    failedAttempts = 0
    isReady = true
    connection.onLost = { [self] error in lost(error) }
    let waiting = ready
    ready = []
    for continuation in waiting { continuation.resume() }
    for (channel, subscribers) in handlers {
      send("LISTEN \(SQLName.quoted(channel))") { result in
        if case .success = result { for handler in subscribers.values { handler(nil) } }
      }
    }
  }

  private func lost(_ error: PostgresError) {
    connection = nil
    isReady = false
    resumeWaiting(throwing: error)
    guard !isClosed, !handlers.isEmpty else { return }
    failedAttempts += 1
    retryTimer = loop.schedule(after: Backoff.delay(attempt: failedAttempts)) { [self] in
      if connection == nil, !isClosed { open() }
    }
  }

  private func resumeWaiting(throwing error: PostgresError) {
    let waiting = ready
    ready = []
    for continuation in waiting { continuation.resume(throwing: error) }
  }
}
