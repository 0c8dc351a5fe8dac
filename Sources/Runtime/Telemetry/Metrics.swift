internal import Synchronization

/// A number that only grows. Any thread; one atomic addition.
package final class Counter: Sendable {
  private let count = Atomic<UInt64>(0)

  /// A counter of its own, in no registry.
  package init() {}

  /// Adds `n`.
  package func increment(by n: UInt64 = 1) { count.wrappingAdd(n, ordering: .relaxed) }

  /// The count so far.
  package var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A number that goes up and down. Any thread; one atomic operation.
package final class Gauge: Sendable {
  private let level = Atomic<Int64>(0)

  /// A gauge of its own, in no registry.
  package init() {}

  /// Replaces the value.
  package func set(_ value: Int64) { level.store(value, ordering: .relaxed) }

  /// Adds `n`, which may be negative.
  package func add(_ n: Int64) { level.wrappingAdd(n, ordering: .relaxed) }

  /// The value now.
  package var value: Int64 { level.load(ordering: .relaxed) }
}

/// How often values fell into each of some fixed ranges. Any thread; three atomic operations.
package final class Histogram: Sendable {
  /// The upper bound of each bucket but the last, which has none; inclusive, ascending.
  package let bounds: [Double]
  private let buckets: [Counter]
  private let bits = Atomic<UInt64>(0)

  /// Bounds for durations in seconds, from 1 ms to 10 s.
  package static let latencyBounds: [Double] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  /// A histogram of its own, in no registry. `bounds` must ascend.
  package init(bounds: [Double] = latencyBounds) {
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "histogram bounds must ascend")
    self.bounds = bounds
    buckets = (0...bounds.count).map { _ in Counter() }
  }

  /// Counts one value.
  package func observe(_ value: Double) {
    buckets[bounds.firstIndex { value <= $0 } ?? bounds.count].increment()
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + value).bitPattern
      let (done, seen) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if done { return }
      old = seen
    }
  }

  /// Counts one duration, in seconds.
  package func observe(_ duration: Duration) { observe(duration / .seconds(1)) }

  /// The sum of all values.
  package var sum: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  /// How many values there were.
  package var count: UInt64 { counts.reduce(0, +) }

  /// How many values each bucket has by itself, the unbounded one last.
  package var counts: [UInt64] { buckets.map(\.value) }
}
