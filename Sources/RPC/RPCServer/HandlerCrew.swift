internal import EventLoop

/// Runs the handlers of a loop's calls on tasks that outlive them. Loop-confined.
///
/// To make and end a task costs 5,000 instructions, a twelfth of a small call, and its memory is
/// cold each time. So a worker takes calls one after the other. A call never waits for another's
/// handler: once a worker's handler suspends, the next waiting call goes to the next worker.
final class HandlerCrew {
  private let loop: EventLoop
  private let executor: LoopTaskExecutor
  @exclusivity(unchecked) private var waiting = FirstInFirstOut<CallPort>()
  @exclusivity(unchecked) private var idle: [Worker] = []
  @exclusivity(unchecked) private var isDispatching = false
  @exclusivity(unchecked) private var isClosed = false

  /// Workers kept for later; the memory of one is some KiB.
  private static let kept = 256

  init(executor: LoopTaskExecutor) {
    self.executor = executor
    loop = executor.loop
  }

  /// Runs the call's handler soon, never inside this call.
  func run(_ call: CallPort) {
    waiting.append(call)
    dispatchSoon()
  }

  /// Lets idle workers go; others end with their handler.
  func close() {
    isClosed = true
    let workers = idle
    idle = []
    for worker in workers { worker.wake() }
  }

  private func dispatchSoon() {
    guard !isDispatching else { return }
    isDispatching = true
    let crew = LoopConfined(self)
    loop.execute { crew.value.dispatch() }
  }

  private func dispatch() {
    isDispatching = false
    guard !waiting.isEmpty else { return }
    if let worker = idle.popLast() {
      worker.wake()
    } else {
      Worker(crew: self).start(on: executor)
    }
    // Behind the worker's job: whatever waits then, waits because its handler suspended.
    dispatchSoon()
  }

  fileprivate func next() -> CallPort? { waiting.popFirst() }

  /// Whether `worker` is to stay.
  fileprivate func keeps(_ worker: Worker) -> Bool {
    guard !isClosed, idle.count < Self.kept else { return false }
    idle.append(worker)
    return true
  }

  /// One task of the crew.
  final class Worker {
    private let crew: HandlerCrew
    @exclusivity(unchecked) private var task: Task<Void, Never>?
    @exclusivity(unchecked) private var sleeper: UnsafeContinuation<Void, Never>?
    @exclusivity(unchecked) private var isSpent = false
    @exclusivity(unchecked) private var identity: TaskIdentity?

    fileprivate init(crew: HandlerCrew) { self.crew = crew }

    fileprivate func start(on executor: LoopTaskExecutor) {
      let worker = LoopConfined(self)
      task = Task(executorPreference: executor) { await worker.value.work() }
    }

    fileprivate func wake() {
      sleeper?.resume()
      sleeper = nil
    }

    /// Cancels the task of the handler that runs; no other call gets it.
    func cancel() {
      isSpent = true
      task?.cancel()
    }

    /// Whether it is this worker's task that waits, not a child of it or a stranger.
    func owns<T>(_ continuation: UnsafeContinuation<T, any Error>) -> Bool {
      identity == TaskIdentity(of: continuation)
    }

    private func work() async {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
        identity = TaskIdentity(of: continuation)
        continuation.resume()
      }
      while !isSpent {
        if let call = crew.next() {
          await call.runHandler(on: self)
        } else {
          guard crew.keeps(self) else { break }
          await withUnsafeContinuation { sleeper = $0 }
        }
      }
      task = nil
    }
  }
}
