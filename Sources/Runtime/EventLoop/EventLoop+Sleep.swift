extension EventLoop {
  /// Suspends the task for `duration` on this loop's timers, up to 2 ms longer. From any thread.
  ///
  /// Throws `CancellationError` at once when the task is cancelled, and `EventLoopError` of kind
  /// `loopStopped` when the loop ends first.
  public func sleep(for duration: Duration) async throws {
    let sleeper = LoopConfined(Sleeper(loop: confined))
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        perform { sleeper.value.start(duration, continuation) }
      }
    } onCancel: {
      perform { sleeper.value.cancel() }
    }
  }

  /// Runs `work` now if this is the loop's thread, else soon: later work may overtake earlier.
  public func perform(_ work: @escaping @Sendable () -> Void) {
    if isCurrent { work() } else { execute(work) }
  }
}

/// One sleep: waiting to start → asleep → over. Cancelled may come at any of these.
private final class Sleeper {
  private let loop: LoopConfined<LoopCore>
  private var timer: LoopTimer?
  private var continuation: CheckedContinuation<Void, any Error>?
  private var isCancelled = false

  init(loop: LoopConfined<LoopCore>) { self.loop = loop }

  func start(_ duration: Duration, _ continuation: CheckedContinuation<Void, any Error>) {
    self.continuation = continuation
    if isCancelled { return end(.failure(CancellationError())) }
    let core = loop.value
    let timer = LoopTimer(deadline: core.now.advanced(by: duration), core: core) {
      self.end(.success(()))
    }
    timer.abandon = { self.end(.failure(EventLoopError.loopStopped)) }
    self.timer = timer
    core.schedule(timer)
  }

  func cancel() {
    isCancelled = true
    timer?.cancel()
    end(.failure(CancellationError()))
  }

  private func end(_ result: Result<Void, any Error>) {
    timer = nil
    let waiting = continuation
    continuation = nil
    waiting?.resume(with: result)
  }
}
