/// Who may hash now, who waits, and who is sent away: at most `slots` run, at most `limit` wait, in
/// the order in which they came.
struct SlotMachine {
  enum OnArrival { case run, wait, refuse }

  private let slots: Int
  private let limit: Int
  private(set) var running = 0
  private var waiting: [UInt64] = []

  init(slots: Int, limit: Int) {
    self.slots = slots
    self.limit = limit
  }

  /// Somebody comes.
  mutating func arrive(_ id: UInt64) -> OnArrival {
    if running < slots {
      running += 1
      return .run
    }
    guard waiting.count < limit else { return .refuse }
    waiting.append(id)
    return .wait
  }

  /// One that ran is done; who runs instead.
  mutating func finish() -> UInt64? {
    guard !waiting.isEmpty else {
      running -= 1
      return nil
    }
    return waiting.removeFirst()
  }

  /// Somebody gives up waiting; false when they do not wait, or not any more.
  mutating func leave(_ id: UInt64) -> Bool {
    guard let index = waiting.firstIndex(of: id) else { return false }
    waiting.remove(at: index)
    return true
  }
}
