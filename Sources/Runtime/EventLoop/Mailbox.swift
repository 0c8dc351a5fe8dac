/// One thing for a loop's thread to run.
@safe enum LoopItem: Sendable {
  case job(UnownedJob)
  case taskJob(UnownedJob, UnownedTaskExecutor)
  case work(@Sendable () -> Void)
}

/// What other threads have left for a loop, under its mutex.
///
/// `running` → `closing` (items still go to the loop's thread, which no longer needs waking) →
/// `finished` (the thread is gone; a late item gets a short-lived thread of its own).
struct Mailbox {
  enum Phase { case running, closing, finished }
  enum OnPost { case nothing, wake, startLateThread }

  private var items: [LoopItem] = []
  private(set) var phase = Phase.running
  private var attended = false
  private var waiters: [CheckedContinuation<Void, Never>] = []
  private var isStopping = false

  /// Adds an item and says who must be told.
  mutating func post(_ item: LoopItem) -> OnPost {
    items.append(item)
    guard !attended else { return .nothing }
    attended = true
    switch phase {
    case .running: return .wake
    case .closing: return .nothing
    case .finished: return .startLateThread
    }
  }

  /// Everything posted so far, in order; the next post will wake again.
  mutating func takeAll() -> [LoopItem] {
    attended = false
    defer { items = [] }
    return items
  }

  /// Everything posted so far, to a late thread, which goes on attending.
  mutating func takeLate() -> [LoopItem] {
    defer { items = [] }
    return items
  }

  /// Whether a late thread may end: nothing was posted since it last looked.
  mutating func leaveLate() -> Bool {
    if items.isEmpty { attended = false }
    return items.isEmpty
  }

  mutating func beginClosing() { phase = .closing }

  /// The last move, unless something was posted since; answers who waits for the stop.
  mutating func finish() -> [CheckedContinuation<Void, Never>]? {
    guard items.isEmpty else { return nil }
    phase = .finished
    attended = false
    defer { waiters = [] }
    return waiters
  }

  enum OnStop { case begin, wait, alreadyFinished }

  /// Registers somebody who waits for the end.
  mutating func stop(_ waiter: CheckedContinuation<Void, Never>) -> OnStop {
    guard phase != .finished else { return .alreadyFinished }
    waiters.append(waiter)
    defer { isStopping = true }
    return isStopping ? .wait : .begin
  }
}
