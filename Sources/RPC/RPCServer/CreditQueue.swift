internal import HTTP2

/// Whose stream credit goes back while requests in part hold much of a connection's memory.
///
/// A client that sends many large messages at once fills them evenly. Were all given credit alike, none
/// would be whole by the time memory is out, and calls that break no rule would be refused. So one stream
/// at a time is served, in the order of asking; the others wait with their windows used up.
struct CreditQueue {
  /// Bytes that go back to a stream.
  typealias Grant = (id: HTTP2StreamID, count: Int)

  private var served: HTTP2StreamID?
  private var waiting: [Grant] = []

  /// Whether no stream is served or waits.
  var isIdle: Bool { served == nil && waiting.isEmpty }

  /// `count` bytes of stream `id` were taken in; how many go back now. The others are kept for it.
  mutating func ask(_ id: HTTP2StreamID, _ count: Int) -> Int {
    if served == nil { served = id }
    if served == id { return count }
    if let index = waiting.firstIndex(where: { $0.id == id }) {
      waiting[index].count += count
    } else {
      waiting.append((id, count))
    }
    return 0
  }

  /// What is sent on stream `id` is whole: what the next one gets if it was this one's turn, else what
  /// was kept for it, as it does not grow now and would lose time at its turn.
  mutating func finished(_ id: HTTP2StreamID) -> Grant? {
    if isIdle { return nil }
    if served == id { return next() }
    return waiting.firstIndex { $0.id == id }.map { waiting.remove(at: $0) }
  }

  /// Stream `id` is gone: what the next one gets if it was this one's turn.
  mutating func forget(_ id: HTTP2StreamID) -> Grant? {
    if isIdle { return nil }
    waiting.removeAll { $0.id == id }
    return served == id ? next() : nil
  }

  /// The turn of the next stream, if one waits; the one that was served goes without.
  mutating func next() -> Grant? {
    served = nil
    guard !waiting.isEmpty else { return nil }
    let grant = waiting.removeFirst()
    served = grant.id
    return grant
  }

  /// Memory is there again: what goes back to all that wait.
  mutating func takeAll() -> [Grant] {
    defer { self = CreditQueue() }
    return waiting
  }
}
