/// Elements in order of arrival, in one array that is used again and again: also when it never runs
/// empty, it holds no more than twice what waits.
///
/// The client's `Inbox` does so too: a generic type of a module below both, inlinable as it was, made a
/// unary call 4,200 instructions dearer.
struct FirstInFirstOut<Element> {
  private var elements: [Element?] = []
  private var head = 0

  /// Taken places that are not worth moving the rest for.
  private static var slack: Int { 64 }

  var isEmpty: Bool { head == elements.count }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func popFirst() -> Element? {
    guard head < elements.count else { return nil }
    let element = elements[head]
    elements[head] = nil
    head += 1
    if head == elements.count {
      elements.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= Self.slack, head * 2 >= elements.count {
      elements.removeFirst(head)
      head = 0
    }
    return element
  }
}
