extension EventLoop {
  /// Like `addresses(of:port:)`, for names that strangers choose: the addresses as numbers, each once,
  /// by the resolver alone (which also knows other ways to write a number). Throws `EventLoopError` when there is none or no answer within `timeout`, and
  /// `CancellationError` at once when the task is cancelled. From any task.
  public func resolve(_ host: String, timeout: Duration) async throws -> [String] {
    let resolution = LoopConfined(Resolution(self, host))
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        perform { resolution.value.start(timeout, continuation) }
      }
    } onCancel: {
      perform { resolution.value.end(.failure(CancellationError())) }
    }
  }
}

/// One name being resolved: waiting → over. Loop-confined; a look-up nobody waits for runs out by itself.
private final class Resolution {
  private let loop: EventLoop
  private let host: String
  private var continuation: CheckedContinuation<[String], any Error>?
  private var timer: LoopTimer?
  private var isOver = false

  init(_ loop: EventLoop, _ host: String) {
    self.loop = loop
    self.host = host
  }

  func start(_ timeout: Duration, _ continuation: CheckedContinuation<[String], any Error>) {
    guard !isOver else { return continuation.resume(throwing: CancellationError()) }
    self.continuation = continuation
    timer = loop.schedule(
      after: timeout, onStop: { self.end(.failure(EventLoopError.loopStopped)) },
      {
        self.end(
          .failure(EventLoopError(.timedOut, "resolving \(self.host): no answer in \(timeout)")))
      })
    guard !isOver else { return }
    NameLookup.start(loop.core, host: host, port: 0) { result in
      self.end(
        result.map { found in
          var hosts: [String] = []
          for host in found.compactMap(\.address.host) where !hosts.contains(host) {
            hosts.append(host)
          }
          return hosts
        }.mapError { $0 })
    }
  }

  func end(_ result: Result<[String], any Error>) {
    isOver = true
    timer?.cancel()
    timer = nil
    continuation?.resume(with: result)
    continuation = nil
  }
}
