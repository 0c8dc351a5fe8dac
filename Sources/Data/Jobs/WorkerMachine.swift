/// Decides when a worker claims and how much. It knows no time and no database.
///
/// idle → claiming → idle; hints that come while it claims are remembered. Once it is stopping it
/// claims nothing more.
struct WorkerMachine {
  let capacity: Int
  private(set) var running = 0
  private var isClaiming = false
  /// A hint came, or the last claim was full: there may be more.
  private var mayHaveMore = false
  private(set) var isStopping = false

  init(capacity: Int) { self.capacity = capacity }

  /// Time to look: gives how many to claim, or nil.
  mutating func wake() -> Int? {
    mayHaveMore = true
    return next()
  }

  mutating func claimed(_ count: Int, of limit: Int) -> Int? {
    isClaiming = false
    running += count
    if count == limit { mayHaveMore = true }
    return next()
  }

  mutating func claimFailed() {
    isClaiming = false
  }

  mutating func finished() -> Int? {
    running -= 1
    return next()
  }

  mutating func stop() { isStopping = true }

  /// Nothing runs and nothing is being claimed.
  var isIdle: Bool { running == 0 && !isClaiming }

  private mutating func next() -> Int? {
    guard !isStopping, !isClaiming, mayHaveMore, running < capacity else { return nil }
    isClaiming = true
    mayHaveMore = false
    return capacity - running
  }
}
