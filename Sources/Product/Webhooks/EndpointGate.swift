internal import Synchronization

/// Lets only a few requests at a time go to one endpoint, so that a slow one holds up nobody else's.
final class EndpointGate: Sendable {
  /// Requests under way to one endpoint, in this process.
  static let limit = 4

  private let busy = Mutex<[String: Int]>([:])

  /// Whether there is room; then `leave` must follow.
  func enter(_ endpoint: String) -> Bool {
    busy.withLock { busy in
      guard busy[endpoint, default: 0] < Self.limit else { return false }
      busy[endpoint, default: 0] += 1
      return true
    }
  }

  func leave(_ endpoint: String) {
    busy.withLock { busy in
      busy[endpoint, default: 1] -= 1
      if busy[endpoint] == 0 { busy[endpoint] = nil }
    }
  }
}
