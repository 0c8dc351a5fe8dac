/// Hands call events to observers without ever waiting for one: each has a bounded buffer, and what
/// does not fit is dropped for that observer and counted.
struct EventTaps {
  private static let buffer = 256
  private var observers: [Int: AsyncStream<CallEvent>.Continuation] = [:]
  private var lastID = 0
  private(set) var dropped = 0

  mutating func add() -> AsyncStream<CallEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: CallEvent.self, bufferingPolicy: .bufferingOldest(Self.buffer))
    lastID += 1
    observers[lastID] = continuation
    return stream
  }

  mutating func send(_ event: CallEvent) {
    for (id, observer) in observers {
      switch observer.yield(event) {
      case .dropped: dropped += 1
      case .terminated: observers[id] = nil
      case .enqueued: break
      @unknown default: break
      }
    }
  }

  mutating func finish() {
    for observer in observers.values { observer.finish() }
    observers.removeAll()
  }
}
