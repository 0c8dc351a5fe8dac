/// Decides when a worker claims and how much, and why a running job's task is cancelled. It knows no
/// time and no database.
///
/// Claiming: idle → claiming → idle; hints that come while it claims are remembered. Once it is
/// stopping it claims nothing more. A job: running → (asked to stop, for the first reason given) → over.
struct WorkerMachine {
  /// Why a handler's task is cancelled.
  enum Stop: Equatable {
    /// It took longer than its handler may.
    case overdue
    /// Somebody cancelled the job.
    case cancelled
    /// Another worker has the job, or will have it.
    case leaseLost
    /// The worker stops and its grace is over.
    case draining
  }

  let capacity: Int
  private var jobs: [Int64: Stop?] = [:]
  private var isClaiming = false
  /// A hint came, or the last claim was full: there may be more.
  private var mayHaveMore = false
  private(set) var isStopping = false

  init(capacity: Int) { self.capacity = capacity }

  /// Jobs running.
  var running: Int { jobs.count }

  /// Time to look: gives how many to claim, or nil.
  mutating func wake() -> Int? {
    mayHaveMore = true
    return next()
  }

  mutating func claimed(_ ids: [Int64], of limit: Int) -> Int? {
    isClaiming = false
    for id in ids { jobs.updateValue(nil, forKey: id) }
    if ids.count == limit { mayHaveMore = true }
    return next()
  }

  mutating func claimFailed() {
    isClaiming = false
  }

  /// Whether to cancel the task of a job now: false when it is over or was stopped before.
  mutating func stop(_ id: Int64, _ reason: Stop) -> Bool {
    guard let known = jobs[id], known == nil else { return false }
    jobs[id] = .some(reason)
    return true
  }

  /// What the heartbeat learnt: which tasks to cancel of jobs that are no longer ours, or are to stop.
  mutating func beat(asked: [Int64], ours: Set<Int64>, cancelled: Set<Int64>) -> [Int64] {
    asked.filter { id in
      if !ours.contains(id) { return stop(id, .leaseLost) }
      return cancelled.contains(id) && stop(id, .cancelled)
    }
  }

  /// The grace of a stopping worker is over: which tasks to cancel.
  mutating func graceOver() -> [Int64] {
    jobs.keys.sorted().filter { stop($0, .draining) }
  }

  /// Why a job's task was cancelled, if it was.
  func stopReason(of id: Int64) -> Stop? { jobs[id] ?? nil }

  mutating func finished(_ id: Int64) -> Int? {
    jobs[id] = nil
    return next()
  }

  mutating func stop() { isStopping = true }

  /// Nothing runs and nothing is being claimed.
  var isIdle: Bool { jobs.isEmpty && !isClaiming }

  private mutating func next() -> Int? {
    guard !isStopping, !isClaiming, mayHaveMore, jobs.count < capacity else { return nil }
    isClaiming = true
    mayHaveMore = false
    return capacity - jobs.count
  }
}
