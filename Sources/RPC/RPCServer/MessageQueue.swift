/// Messages in order of arrival. One message, the usual case, needs no array.
struct MessageQueue {
  private var first: [UInt8]?
  private var rest: [[UInt8]] = []
  private var head = 0

  var isEmpty: Bool { first == nil }

  /// Whether exactly one message waits.
  var hasOne: Bool { first != nil && head == rest.count }

  mutating func append(_ message: [UInt8]) {
    if first == nil { first = message } else { rest.append(message) }
  }

  mutating func popFirst() -> [UInt8]? {
    guard let message = first else { return nil }
    if head < rest.count {
      first = rest[head]
      rest[head] = []
      head += 1
    } else {
      first = nil
      rest.removeAll(keepingCapacity: true)
      head = 0
    }
    return message
  }
}
