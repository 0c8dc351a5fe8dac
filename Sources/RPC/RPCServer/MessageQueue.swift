/// Messages in order of arrival. One message, the usual case, needs no array.
struct MessageQueue {
  /// A message, and whether it came compressed.
  typealias Element = (bytes: [UInt8], compressed: Bool)

  private var first: Element?
  private var rest = FirstInFirstOut<Element>()

  var isEmpty: Bool { first == nil }

  /// Whether exactly one message waits.
  var hasOne: Bool { first != nil && rest.isEmpty }

  mutating func append(_ message: [UInt8], compressed: Bool = false) {
    if first == nil { first = (message, compressed) } else { rest.append((message, compressed)) }
  }

  mutating func popFirst() -> Element? {
    guard let message = first else { return nil }
    first = rest.popFirst()
    return message
  }
}
