internal import CUV
internal import Glibc

/// Something open on a loop, which the loop keeps alive until its handle is closed.
protocol LoopResident: AnyObject {
  /// The loop stops: tell the owner, and close. Called once, on the loop's thread.
  func loopIsStopping()
  /// The handle is closed and its memory about to be freed.
  func handleDidClose()
}

/// Flushes what was gathered during one iteration of a loop.
public protocol BeforeSleepHook: AnyObject {
  /// Called once, on the loop's thread, after `EventLoop.beforeSleep(_:)` with this object.
  func loopWillSleep()
}

/// The part of a loop that only its own thread touches: libuv, the run queue, timers, residents.
@safe final class LoopCore {
  let uv: UnsafeMutablePointer<uv_loop_t>
  /// Where every stream of the loop reads into; valid until the callback that got it returns.
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 64)
  /// An eventfd that wakes the loop. Not libuv's async handle: its receiver spins until the sender has
  /// returned from the write, which cost a fifth of all time with two busy loops on two cores.
  private let bell: CInt
  private let bellWatch: UnsafeMutablePointer<uv_poll_t>
  private let prepare: UnsafeMutablePointer<uv_prepare_t>
  private let check: UnsafeMutablePointer<uv_check_t>
  private let idle: UnsafeMutablePointer<uv_idle_t>
  private let alarm: UnsafeMutablePointer<uv_timer_t>

  // Each is used in one place at a time, as the loop's thread alone comes here.
  @safe @exclusivity(unchecked) private var queue: [LoopItem] = []
  @safe @exclusivity(unchecked) private var running: [LoopItem] = []
  @safe @exclusivity(unchecked) private var hooks: [any BeforeSleepHook] = []
  private var timers = TimerHeap()
  private var alarmDeadline: LoopInstant?
  private var residents: [UnsafeMutableRawPointer: any LoopResident] = unsafe [:]
  private var cachedNow: LoopInstant?
  /// Requests libuv holds for us (names being resolved, blocking work): the loop outlives them.
  var requests = 0
  private(set) var isStopping = false
  private var isClosed = false
  /// Set once, before the thread starts; a weak link would cost an atomic operation per job.
  unowned(unsafe) var loop: EventLoop!

  /// Batches run in one go before I/O gets its turn, should jobs keep making jobs.
  private static let fairRounds = 256

  init() {
    unsafe uv = unsafe Self.allocate(uv_loop_t.self)
    bell = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
    unsafe bellWatch = unsafe Self.allocate(uv_poll_t.self)
    unsafe prepare = unsafe Self.allocate(uv_prepare_t.self)
    unsafe check = unsafe Self.allocate(uv_check_t.self)
    unsafe idle = unsafe Self.allocate(uv_idle_t.self)
    unsafe alarm = unsafe Self.allocate(uv_timer_t.self)
    let status = unsafe uv_loop_init(uv)
    precondition(status == 0, "the system has no descriptors left for an event loop")
    unsafe uv.pointee.data = unsafe Unmanaged.passUnretained(self).toOpaque()
    startHandles()
  }

  private static func allocate<T>(_ type: T.Type) -> UnsafeMutablePointer<T> {
    let memory = unsafe calloc(1, MemoryLayout<T>.stride)!
    return unsafe memory.assumingMemoryBound(to: T.self)
  }

  private func startHandles() {
    let status = unsafe uv_poll_init(uv, bellWatch, bell)
    precondition(status == 0, "the system has no descriptors left for an event loop")
    unsafe uv_poll_start(bellWatch, CInt(UV_READABLE.rawValue)) { handle, _, _ in
      let core = unsafe LoopCore.of(handle!.pointee.loop)
      core.silenceBell()
      unsafe core.loop.takeMail()
    }
    unsafe uv_prepare_init(uv, prepare)
    unsafe uv_prepare_start(prepare) { unsafe LoopCore.of($0!.pointee.loop).willPoll() }
    unsafe uv_check_init(uv, check)
    unsafe uv_check_start(check) { unsafe LoopCore.of($0!.pointee.loop).didPoll() }
    unsafe uv_idle_init(uv, idle)
    unsafe uv_timer_init(uv, alarm)
  }

  static func of(_ uv: UnsafeMutablePointer<uv_loop_t>) -> LoopCore {
    unsafe Unmanaged<LoopCore>.fromOpaque(uv.pointee.data).takeUnretainedValue()
  }

  deinit { Glibc.close(bell) }

  /// Wakes the loop. Any thread, also when the loop has ended.
  func ring() {
    eventfd_write(bell, 1)
  }

  private func silenceBell() {
    var count: eventfd_t = 0
    unsafe eventfd_read(bell, &count)
  }

  func add(_ item: LoopItem) { queue.append(item) }

  func add(_ items: [LoopItem]) { queue.append(contentsOf: items) }

  func add(_ hook: any BeforeSleepHook) { hooks.append(hook) }

  /// Runs what is queued, and what that queues, to the fair limit. True when nothing is left.
  @discardableResult
  func drain() -> Bool {
    var rounds = 0
    while !queue.isEmpty, rounds < Self.fairRounds {
      swap(&queue, &running)
      let serial = unsafe loop.asUnownedSerialExecutor()
      let task = unsafe loop.asUnownedTaskExecutor()
      for item in running {
        switch item {
        case .job(let job): unsafe job.runSynchronously(isolatedTo: serial, taskExecutor: task)
        case .taskJob(let job, let executor): unsafe job.runSynchronously(on: executor)
        case .work(let work): work()
        }
      }
      running.removeAll(keepingCapacity: true)
      rounds += 1
    }
    return queue.isEmpty
  }

  private func didPoll() {
    drain()
  }

  private func willPoll() {
    cachedNow = nil
    var quiet = drain()
    if !hooks.isEmpty {
      let now = hooks
      hooks.removeAll(keepingCapacity: true)
      for hook in now { hook.loopWillSleep() }
      quiet = drain()
    }
    if quiet, hooks.isEmpty {
      unsafe uv_idle_stop(idle)
    } else {
      unsafe uv_idle_start(idle) { _ in }  // an active idle handle makes the poll not block
    }
    // The poll may wait for long, and what it calls back asks for the time before `didPoll`.
    cachedNow = nil
  }

  var now: LoopInstant {
    if let cachedNow { return cachedNow }
    let now = LoopInstant.readClock()
    cachedNow = now
    return now
  }

  func schedule(_ timer: LoopTimer) {
    guard !isStopping else {
      let abandon = timer.abandon
      cancel(timer)
      abandon?()
      return
    }
    timers.insert(timer)
    setAlarm()
  }

  func cancel(_ timer: LoopTimer) {
    timers.remove(timer)
    timer.body = nil
    timer.abandon = nil
  }

  /// libuv counts whole milliseconds: round up, and look again when it rings early.
  private func setAlarm() {
    guard let earliest = timers.earliest, alarmDeadline.map({ earliest < $0 }) ?? true else {
      return
    }
    alarmDeadline = earliest
    let due = earliest.nanoseconds / 1_000_000 + 1
    let delay = unsafe max(0, due - Int64(uv_now(uv)))
    unsafe uv_timer_start(
      alarm, { unsafe LoopCore.of($0!.pointee.loop).alarmRang() }, UInt64(delay), 0)
  }

  private func alarmRang() {
    alarmDeadline = nil
    cachedNow = nil
    let now = now
    while let timer = timers.popDue(now) {
      let body = timer.body
      timer.body = nil
      timer.abandon = nil
      body?()
    }
    setAlarm()
  }

  /// Zeroed memory for a handle, freed after its close or by `discard` if its init fails.
  func allocateHandle<T>(_ type: T.Type) -> UnsafeMutablePointer<T> { unsafe Self.allocate(type) }

  /// Takes over an initialised handle: `resident` stays alive until it is closed.
  func adopt(_ handle: UnsafeMutableRawPointer, _ resident: any LoopResident) {
    let base = unsafe handle.assumingMemoryBound(to: uv_handle_t.self)
    unsafe base.pointee.data = unsafe Unmanaged.passUnretained(resident as AnyObject).toOpaque()
    unsafe residents[handle] = resident
  }

  /// Starts closing an adopted handle. Its memory is freed when libuv has let go of it.
  func close(_ handle: UnsafeMutableRawPointer) {
    unsafe uv_close(handle.assumingMemoryBound(to: uv_handle_t.self)) { handle in
      let memory = unsafe UnsafeMutableRawPointer(handle!)
      let resident = unsafe LoopCore.of(handle!.pointee.loop).residents.removeValue(forKey: memory)
      resident?.handleDidClose()
      unsafe free(memory)
    }
  }

  /// The whole life of the loop's thread.
  func run() {
    unsafe uv_run(uv, UV_RUN_DEFAULT)
    evict()
    while unsafe requests > 0 || !residents.isEmpty {
      unsafe uv_run(uv, UV_RUN_ONCE)
      evict()
    }
    drain()
  }

  func beginStop() {
    isStopping = true
    unsafe uv_stop(uv)
  }

  private func evict() {
    while let timer = timers.popAny() {
      let abandon = timer.abandon
      cancel(timer)
      abandon?()
    }
    unsafe Array(residents.values).forEach { $0.loopIsStopping() }
    drain()
  }

  /// Closes libuv itself; from here on only the run queue works.
  func tearDown() {
    guard !isClosed else { return }
    isClosed = true
    let own: [UnsafeMutableRawPointer] = unsafe [
      UnsafeMutableRawPointer(bellWatch), UnsafeMutableRawPointer(prepare),
      UnsafeMutableRawPointer(check), UnsafeMutableRawPointer(idle),
      UnsafeMutableRawPointer(alarm),
    ]
    unsafe own.forEach { unsafe uv_close($0.assumingMemoryBound(to: uv_handle_t.self), nil) }
    unsafe uv_run(uv, UV_RUN_DEFAULT)
    let status = unsafe uv_loop_close(uv)
    precondition(status == 0, "our bug: the loop closes while a handle is open")
    unsafe own.forEach { unsafe free($0) }
    unsafe free(uv)
    unsafe readBuffer.deallocate()
  }
}
