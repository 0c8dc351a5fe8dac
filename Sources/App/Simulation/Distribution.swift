package import Buffers

/// Measurements of one thing, in whole milliseconds or bytes; keeps the newest 10,000.
package struct Distribution: Sendable, Equatable {
  private static let capacity = 10_000

  private var values: [Int] = []
  private var next = 0
  /// All measurements ever added.
  package private(set) var count = 0

  package init() {}

  package mutating func add(_ value: Int) {
    count += 1
    if values.count < Self.capacity {
      values.append(value)
    } else {
      values[next] = value
      next = (next + 1) % Self.capacity
    }
  }

  package mutating func add(contentsOf other: Distribution) {
    for value in other.values { add(value) }
  }

  /// The value that `share` (0...1) of the kept measurements do not exceed; nil without any.
  package func percentile(_ share: Double) -> Int? {
    if values.isEmpty { return nil }
    let place = Int((share * Double(values.count)).rounded(.up)) - 1
    return values.sorted()[max(0, min(values.count - 1, place))]
  }

  /// `count`, `min`, `p50`, `p95`, `max` for a report.
  package var json: JSONValue {
    [
      "count": .int(count), "min": number(0), "p50": number(0.5), "p95": number(0.95),
      "max": number(1),
    ]
  }

  private func number(_ share: Double) -> JSONValue {
    percentile(share).map { .int($0) } ?? .null
  }
}
