internal import GRPC

/// Messages that came and were not taken yet, in order. A message is let go when it is taken,
/// however far behind its reader stays.
struct Inbox {
  /// Emptied slots below this number are not worth moving the others.
  private static let slack = 64

  /// `head` emptied slots, and behind them what waits.
  private(set) var slots: [ReceivedMessage] = []
  private var head = 0
  /// Bytes of what waits, as they came.
  private(set) var bytes = 0

  mutating func append(_ message: ReceivedMessage) {
    slots.append(message)
    bytes += message.wireSize
  }

  mutating func popFirst() -> ReceivedMessage? {
    guard head < slots.count else { return nil }
    let message = slots[head]
    slots[head].bytes = []
    head += 1
    bytes -= message.wireSize
    compact()
    return message
  }

  /// Gives emptied slots up once they are at least half of all.
  private mutating func compact() {
    if head == slots.count {
      slots.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= Self.slack, head * 2 >= slots.count {
      slots.removeFirst(head)
      head = 0
    }
  }

  mutating func removeAll() { self = Inbox() }
}
