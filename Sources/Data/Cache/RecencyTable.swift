internal import EventLoop

/// Keys with values that end, bounded by number and cost; when it is full the entry unused for
/// longest goes. Pure.
///
/// The order is a doubly linked list through an array, so every operation is O(1). Nodes are objects,
/// so that moving one does not copy its value.
struct RecencyTable<Key: Hashable, Value>: ~Copyable {
  private final class Node {
    let key: Key
    let value: Value
    let cost: Int
    let end: LoopInstant
    var newer = -1
    var older = -1

    init(key: Key, value: Value, cost: Int, end: LoopInstant) {
      self.key = key
      self.value = value
      self.cost = cost
      self.end = end
    }
  }

  private var places: [Key: Int] = [:]
  private var nodes: [Node?] = []
  private var free: [Int] = []
  private var newest = -1
  private var oldest = -1
  private let maxCount: Int
  private let maxCost: Int
  private(set) var cost = 0

  init(maxCount: Int, maxCost: Int) {
    self.maxCount = maxCount
    self.maxCost = maxCost
  }

  var count: Int { places.count }

  /// The value, unless its time is over. Finding it makes it the newest.
  mutating func find(_ key: Key, at now: LoopInstant) -> Value? {
    guard let place = places[key], let node = nodes[place] else { return nil }
    guard now < node.end else {
      remove(key)
      return nil
    }
    if place != newest {
      unlink(place)
      link(place)
    }
    return node.value
  }

  /// Puts a value in the place of what was there. One that costs more than everything together
  /// may is not kept.
  mutating func insert(_ key: Key, _ value: Value, cost: Int, until end: LoopInstant) {
    remove(key)
    guard cost <= maxCost, maxCount > 0 else { return }
    while count >= maxCount || self.cost + cost > maxCost, let last = nodes[oldest] {
      remove(last.key)
    }
    let node = Node(key: key, value: value, cost: cost, end: end)
    let place: Int
    if let reused = free.popLast() {
      place = reused
      nodes[place] = node
    } else {
      place = nodes.count
      nodes.append(node)
    }
    places[key] = place
    self.cost += cost
    link(place)
  }

  mutating func remove(_ key: Key) {
    guard let place = places.removeValue(forKey: key) else { return }
    cost -= nodes[place]?.cost ?? 0
    unlink(place)
    nodes[place] = nil
    free.append(place)
  }

  mutating func removeAll() {
    self = RecencyTable(maxCount: maxCount, maxCost: maxCost)
  }

  private mutating func link(_ place: Int) {
    nodes[place]?.newer = -1
    nodes[place]?.older = newest
    if newest >= 0 { nodes[newest]?.newer = place }
    newest = place
    if oldest < 0 { oldest = place }
  }

  private mutating func unlink(_ place: Int) {
    guard let node = nodes[place] else { return }
    if node.newer >= 0 { nodes[node.newer]?.older = node.older } else { newest = node.older }
    if node.older >= 0 { nodes[node.older]?.newer = node.newer } else { oldest = node.newer }
  }
}
