/// What a resumed session goes on with.
package struct LiveMemory: Sendable, Equatable {
  package var digits: String?
  package var turns = 0
  package var modelID = ""

  package init() {}
}

/// Handles given out and what they stand for; the newest thousand are kept.
package struct ResumptionStore: Sendable {
  private static let capacity = 1_000

  private var memories: [String: LiveMemory] = [:]
  private var order: [String] = []
  private var counter = 0

  package init() {}

  /// A new handle for `memory`.
  package mutating func issue(_ memory: LiveMemory) -> String {
    counter += 1
    let handle = "sim-handle-\(counter)-\(UInt32.random(in: .min ... .max))"
    memories[handle] = memory
    order.append(handle)
    if order.count > Self.capacity { memories[order.removeFirst()] = nil }
    return handle
  }

  package func memory(for handle: String) -> LiveMemory? { memories[handle] }
}
