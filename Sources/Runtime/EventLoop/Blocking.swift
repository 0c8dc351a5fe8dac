/// Runs `body` on libuv's thread pool (16 threads unless `UV_THREADPOOL_SIZE` says otherwise)
/// and resumes the caller on its own executor. For files, password hashes and other work that
/// would hold up a loop. Not cancellable: a cancelled caller still waits for the result.
public func blocking<T: Sendable>(
  _ body: @escaping @Sendable () throws -> T
) async throws -> T {
  try await (EventLoop.current ?? blockingLoop).blocking(body)
}

/// Carries the blocking work of callers that are on no loop; started when first needed.
private let blockingLoop = EventLoop.start(name: "blocking")

extension EventLoop {
  /// Like the free function of this name, with the completion carried by this loop.
  public func blocking<T: Sendable>(
    _ body: @escaping @Sendable () throws -> T
  ) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      let work = BlockingWork { isRunning in
        continuation.resume(
          with: isRunning ? Result(catching: body) : .failure(EventLoopError.loopStopped))
      }
      perform { work.submit(to: self.core) }
    }
  }
}
