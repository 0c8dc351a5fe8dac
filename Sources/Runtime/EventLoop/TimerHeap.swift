/// Pending timers, earliest deadline first; equal deadlines in the order they were added.
///
/// A binary heap in which each timer knows its place, so cancelling is O(log n) and leaves nothing.
struct TimerHeap {
  private struct Entry {
    let deadline: LoopInstant
    let order: UInt64
    let timer: LoopTimer

    func precedes(_ other: Entry) -> Bool {
      deadline == other.deadline ? order < other.order : deadline < other.deadline
    }
  }

  private var entries: [Entry] = []
  private var added: UInt64 = 0

  /// The earliest deadline.
  var earliest: LoopInstant? { entries.first?.deadline }

  mutating func insert(_ timer: LoopTimer) {
    entries.append(Entry(deadline: timer.deadline, order: added, timer: timer))
    added += 1
    timer.heapIndex = entries.count - 1
    siftUp(from: entries.count - 1)
  }

  mutating func remove(_ timer: LoopTimer) {
    let place = timer.heapIndex
    guard place >= 0 else { return }
    let last = entries.removeLast()
    timer.heapIndex = -1
    guard place < entries.count else { return }
    put(last, at: place)
    siftUp(from: place)
    siftDown(from: last.timer.heapIndex)
  }

  /// Removes and returns the earliest timer if it is due.
  mutating func popDue(_ now: LoopInstant) -> LoopTimer? {
    guard let first = entries.first, first.deadline <= now else { return nil }
    remove(first.timer)
    return first.timer
  }

  /// Removes and returns any timer, for emptying the heap.
  mutating func popAny() -> LoopTimer? {
    guard let timer = entries.last?.timer else { return nil }
    remove(timer)
    return timer
  }

  private mutating func put(_ entry: Entry, at place: Int) {
    entries[place] = entry
    entry.timer.heapIndex = place
  }

  private mutating func siftUp(from start: Int) {
    let entry = entries[start]
    var place = start
    while place > 0, entry.precedes(entries[(place - 1) / 2]) {
      put(entries[(place - 1) / 2], at: place)
      place = (place - 1) / 2
    }
    put(entry, at: place)
  }

  private mutating func siftDown(from start: Int) {
    let entry = entries[start]
    var place = start
    while place * 2 + 1 < entries.count {
      var child = place * 2 + 1
      if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
      guard entries[child].precedes(entry) else { break }
      put(entries[child], at: place)
      place = child
    }
    put(entry, at: place)
  }
}
