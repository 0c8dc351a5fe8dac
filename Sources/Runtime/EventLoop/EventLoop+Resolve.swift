extension EventLoop {
  /// The addresses of a host by name or number, in the order of the system's resolver, which also
  /// knows other ways to write a number. Throws `EventLoopError` when there is none or no answer
  /// within `timeout`, and `CancellationError` at once when the task is cancelled; the system's
  /// look-up cannot be stopped and runs out by itself. From any task.
  public func addresses(
    of host: String, port: Int, timeout: Duration
  ) async throws -> [SocketAddress] {
    let resolution = LoopConfined(Resolution(self, host: host, port: port))
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        perform { resolution.value.start(timeout, continuation) }
      }
    } onCancel: {
      perform { resolution.value.end(.failure(CancellationError())) }
    }
  }
}

/// One name being resolved: waiting → over. Loop-confined.
private final class Resolution {
  private let loop: EventLoop
  private let host: String
  private let port: Int
  private var continuation: CheckedContinuation<[SocketAddress], any Error>?
  private var timer: LoopTimer?
  private var isOver = false

  init(_ loop: EventLoop, host: String, port: Int) {
    self.loop = loop
    self.host = host
    self.port = port
  }

  func start(
    _ timeout: Duration, _ continuation: CheckedContinuation<[SocketAddress], any Error>
  ) {
    guard !isOver else { return continuation.resume(throwing: CancellationError()) }
    self.continuation = continuation
    startTimer(timeout)
    guard !isOver else { return }
    // A number must not wait behind names: libuv has few threads for those.
    if let numeric = RawAddress(numeric: host, port: port)
      ?? RawAddress(anySpelling: host, port: port)
    {
      return end(.success([numeric.address]))
    }
    NameLookup.start(loop.core, host: host, port: port) { result in
      self.end(result.map { $0.map(\.address) }.mapError { $0 })
    }
  }

  /// Ends the wait after `timeout`, or at once on a loop that has stopped.
  private func startTimer(_ timeout: Duration) {
    timer = loop.schedule(
      after: timeout, onStop: { self.end(.failure(EventLoopError.loopStopped)) },
      {
        self.end(
          .failure(EventLoopError(.timedOut, "resolving \(self.host): no answer in \(timeout)")))
      })
  }

  func end(_ result: Result<[SocketAddress], any Error>) {
    isOver = true
    timer?.cancel()
    timer = nil
    continuation?.resume(with: result)
    continuation = nil
  }
}
