/// Messages in order of arrival. One message, the usual case, needs no array.
struct MessageQueue {
  /// A message, and whether it came compressed.
  typealias Element = (bytes: [UInt8], compressed: Bool)

  private var first: Element?
  private var rest: [Element] = []
  private var head = 0

  var isEmpty: Bool { first == nil }

  /// Whether exactly one message waits.
  var hasOne: Bool { first != nil && head == rest.count }

  mutating func append(_ message: [UInt8], compressed: Bool = false) {
    if first == nil { first = (message, compressed) } else { rest.append((message, compressed)) }
  }

  mutating func popFirst() -> Element? {
    guard let message = first else { return nil }
    if head < rest.count {
      first = rest[head]
      rest[head].bytes = []
      head += 1
    } else {
      first = nil
      rest.removeAll(keepingCapacity: true)
      head = 0
    }
    return message
  }
}
