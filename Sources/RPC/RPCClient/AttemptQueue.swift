/// Attempts that wait for their turn, in order. Those that were given up meanwhile take part no more.
struct AttemptQueue {
  private static let smallest = 64

  private var attempts: [Attempt] = []
  private var head = 0
  /// At this length the given up are looked for, so that no more than as many as live ones are kept.
  private var limit = Self.smallest

  var isEmpty: Bool { attempts[head...].allSatisfy(\.isOver) }

  mutating func append(_ attempt: Attempt) {
    if attempts.count >= limit {
      attempts = attempts[head...].filter { !$0.isOver }
      head = 0
      limit = max(Self.smallest, attempts.count * 2)
    }
    attempts.append(attempt)
  }

  mutating func popFirst() -> Attempt? {
    if attempts.isEmpty { return nil }
    while head < attempts.count {
      let attempt = attempts[head]
      head += 1
      if !attempt.isOver { return attempt }
    }
    attempts.removeAll(keepingCapacity: true)
    head = 0
    return nil
  }

  /// All that wait, and none after that.
  mutating func takeAll() -> [Attempt] {
    defer { self = AttemptQueue() }
    return attempts[head...].filter { !$0.isOver }
  }
}
