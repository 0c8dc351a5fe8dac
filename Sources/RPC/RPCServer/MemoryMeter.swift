/// Counts bytes that wait in memory: those of requests for handlers, one per HTTP/2 connection and
/// one per loop above them; those of answers for their peers, one per loop. Loop-confined.
final class MemoryMeter {
  private var held = 0
  private let limit: Int
  private let parent: MemoryMeter?

  init(limit: Int, parent: MemoryMeter? = nil) {
    self.limit = limit
    self.parent = parent
  }

  /// What is not given back when the connection is gone must not count against the others.
  deinit { parent?.held -= held }

  /// Whether so much is held that no more than one request is to grow: a quarter of what may be. Windows
  /// that are open then take half at most (`ServerLimits.streamWindow`).
  var isShort: Bool { held > limit / 4 }

  /// Whether more is held than may be.
  var isOver: Bool { held > limit }

  /// Books `count` bytes, negative to give them back; false when more is held than may be, here or
  /// above.
  func add(_ count: Int) -> Bool {
    held += count
    guard let parent else { return held <= limit }
    parent.held += count
    return held <= limit && parent.held <= parent.limit
  }
}
