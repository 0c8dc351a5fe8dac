package import Buffers

/// What goes wrong on the Pinecone side, by `POST /sim/faults` under `pinecone`.
package struct PineconeFaults: Sendable, Equatable {
  /// The answer's HTTP status instead of the right one.
  package var status: Int?
  /// How many requests `status` holds for, all when nil.
  package var count: Int?
  /// Every answer is held back this long.
  package var delay: Duration = .zero
  /// When a write can be seen, after its answer.
  package var visibility: Duration = .seconds(1)
  /// Requests of one kind in a second, in place of the vendor's limit for each kind.
  package var requestsPerSecond: Int?

  /// Nothing goes wrong; writes are seen late all the same, as at the vendor's.
  package init() {}

  /// All switches.
  private static let members: Set<String> = [
    "status", "count", "delay_ms", "visibility_ms", "requests_per_second",
  ]

  /// Reads the switches of a fault object; those it does not name are off.
  package init(_ value: JSONValue) throws(SimulationError) {
    let reader = try MemberReader(value, .invalidFault, in: "pinecone")
    try reader.allow(only: Self.members)
    status = try reader.number("status", in: 400...599)
    count = try reader.number("count", in: 0...1_000_000)
    delay = try reader.duration("delay_ms") ?? delay
    visibility = try reader.duration("visibility_ms") ?? visibility
    requestsPerSecond = try reader.number("requests_per_second", in: 0...1_000_000)
  }

  /// The status that the next request is to fail with, which uses up one of `count`.
  mutating func nextStatus() -> Int? {
    guard let status else { return nil }
    guard let left = count else { return status }
    if left == 0 { return nil }
    count = left - 1
    return status
  }
}
