internal import CUV
internal import Glibc
internal import Synchronization

/// One thread that waits for I/O and runs Swift jobs: libuv, a serial executor and a task executor.
///
/// Everything on a loop happens one thing at a time. Actors live on it by returning
/// `asUnownedSerialExecutor()`; tasks by `Task(executorPreference: loop)`; callbacks enter an actor
/// by `assumeIsolated`. Jobs made on the loop's own thread cost no lock; other threads post to a
/// mailbox and wake the loop once a batch. A loop runs until `stop()`.
public final class EventLoop: SerialExecutor, TaskExecutor, Sendable {
  /// What the thread is called in a debugger.
  public let name: String
  let confined: LoopConfined<LoopCore>
  private let mailbox = Mutex(Mailbox())
  private let thread = Atomic<UInt>(0)

  private init(name: String) {
    self.name = name
    confined = LoopConfined(LoopCore())
    unsafe confined.value.loop = self
  }

  /// Starts a loop on a thread of its own. Also makes the process ignore SIGPIPE.
  public static func start(name: String) -> EventLoop {
    signal(SIGPIPE, SIG_IGN)
    unsafe setenv("UV_THREADPOOL_SIZE", String(blockingThreads), 0)
    let loop = EventLoop(name: name)
    loop.startThread { $0.live() }
    return loop
  }

  /// Threads for blocking work and names to be resolved, which may take half of them, for all loops:
  /// by libuv's own 4, two names whose servers are silent would hold up every other.
  package static let blockingThreads = 16

  /// The loop whose thread this is, if it is one.
  public static var current: EventLoop? {
    guard let raw = unsafe pthread_getspecific(currentLoopKey) else { return nil }
    return unsafe Unmanaged<EventLoop>.fromOpaque(raw).takeUnretainedValue()
  }

  /// Whether the caller runs on this loop's thread.
  public var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

  /// The loop's own state, for code that is known to run on its thread.
  var core: LoopCore {
    precondition(isCurrent, "our bug: used off the thread of its event loop")
    return confined.value
  }

  /// The time, read at most once an iteration. On the loop only.
  public var now: LoopInstant { core.now }

  /// The loop's kind of instant.
  public typealias Instant = LoopInstant

  /// Runs `work` on the loop soon: in order with other work, never inside this call. Any thread.
  public func execute(_ work: @escaping @Sendable () -> Void) {
    submit(.work(work))
  }

  /// Calls `body` once, `after` from now or up to 2 ms later. On the loop only.
  ///
  /// The timer need not be kept. A loop that stops drops its timers and calls `onStop` instead; on
  /// a loop that has stopped that happens inside this call.
  @discardableResult
  public func schedule(
    after: Duration, onStop: (() -> Void)? = nil, _ body: @escaping () -> Void
  ) -> LoopTimer {
    let core = core
    let timer = LoopTimer(deadline: core.now.advanced(by: after), core: core, body: body)
    timer.abandon = onStop
    core.schedule(timer)
    return timer
  }

  /// Calls `hook` once, when this iteration's jobs have run and before the loop waits for I/O: the
  /// place to write what they gathered. Register again for another time. On the loop only.
  public func beforeSleep(_ hook: any BeforeSleepHook) {
    core.add(hook)
  }

  /// Ends the loop: pending sleeps throw, timers are dropped, every stream and watcher is closed
  /// (streams hear it by `onEnd`), running blocking work is waited for. Returns when the thread is
  /// done. May be called repeatedly, from anywhere. Jobs that still arrive later run one at a time
  /// on a short-lived thread, where new handles are refused.
  public func stop() async {
    await withCheckedContinuation { waiter in
      switch mailbox.withLock({ $0.stop(waiter) }) {
      case .begin: execute { self.core.beginStop() }
      case .wait: break
      case .alreadyFinished: waiter.resume()
      }
    }
  }
}

extension EventLoop {
  /// Queues a job; called by the Swift runtime.
  public func enqueue(_ job: consuming ExecutorJob) {
    submit(.job(UnownedJob(job)))
  }

  /// Queues a job of `executor`, which lives as long as the job and runs everything on this loop.
  package func enqueue(_ job: consuming ExecutorJob, for executor: UnownedTaskExecutor) {
    unsafe submit(.taskJob(UnownedJob(job), executor))
  }

  /// The loop as the executor of an actor; it does not keep the loop alive.
  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }

  /// Whether code that runs now is isolated to actors of this loop.
  public func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Traps unless it is called on the loop's thread.
  public func checkIsolated() {
    precondition(isCurrent, "expected to run on event loop \(name)")
  }

  private func submit(_ item: LoopItem) {
    if isCurrent {
      confined.value.add(item)
    } else {
      post(item)
    }
  }

  private func post(_ item: LoopItem) {
    switch mailbox.withLock({ $0.post(item) }) {
    case .nothing: break
    case .wake: confined.value.ring()
    case .startLateThread: startThread { $0.runLate() }
    }
  }

  /// Moves posted items to the run queue. On the loop's thread, when woken.
  func takeMail() {
    confined.value.add(mailbox.withLock { $0.takeAll() })
  }
}

private let currentLoopKey: pthread_key_t = {
  var key = pthread_key_t()
  unsafe pthread_key_create(&key, nil)
  return key
}()

/// What a new thread gets: the loop, and which part of its life to run.
private final class ThreadStart {
  let loop: EventLoop
  let body: (EventLoop) -> Void
  init(loop: EventLoop, body: @escaping (EventLoop) -> Void) {
    self.loop = loop
    self.body = body
  }
}

extension EventLoop {
  private func startThread(_ body: @escaping (EventLoop) -> Void) {
    let start = unsafe Unmanaged.passRetained(ThreadStart(loop: self, body: body))
    var id = pthread_t()
    let status = unsafe pthread_create(
      &id, nil,
      { raw in
        let start = unsafe Unmanaged<ThreadStart>.fromOpaque(raw!).takeRetainedValue()
        start.loop.becomeCurrent()
        start.body(start.loop)
        return nil
      }, unsafe start.toOpaque())
    precondition(status == 0, "the system refuses another thread (errno \(status))")
    pthread_detach(id)
  }

  private func becomeCurrent() {
    unsafe pthread_setspecific(currentLoopKey, Unmanaged.passUnretained(self).toOpaque())
    unsafe CUV_name_thread(name)
    thread.store(UInt(pthread_self()), ordering: .relaxed)
  }

  private func live() {
    let core = confined.value
    core.run()
    mailbox.withLock { $0.beginClosing() }
    core.tearDown()
    while true {
      takeMail()
      while !core.drain() {}
      guard let waiters = retire({ $0.finish() }) else { continue }
      for waiter in waiters { waiter.resume() }
      return
    }
  }

  private func runLate() {
    let core = confined.value
    var isDone = false
    while !isDone {
      core.add(mailbox.withLock { $0.takeLate() })
      while !core.drain() {}
      isDone = retire { $0.leaveLate() ? true : nil } ?? false
    }
  }

  /// Gives up being the loop's thread, in the same moment in which `move` says that it may: the
  /// next thread must not find, or be found under, this one's id.
  private func retire<R: Sendable>(_ move: (inout Mailbox) -> R?) -> R? {
    mailbox.withLock { box in
      guard let answer = move(&box) else { return nil }
      thread.store(0, ordering: .relaxed)
      return answer
    }
  }
}
