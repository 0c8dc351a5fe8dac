internal import Buffers

/// A streamed answer on its way: what is written, and when.
package struct ChatStream: Sendable, Equatable {
  /// Of the answer.
  package let contentType: String
  /// The body in the order it is written.
  package let pieces: [[UInt8]]
  /// Between two pieces.
  package let pause: Duration
  /// The connection ends behind the last piece, in mid answer.
  package let isCut: Bool

  /// The chunks as server-sent events, or as a JSON array that grows.
  init(_ chunks: [JSONValue], asEvents: Bool, faults: TextFaults) {
    contentType = asEvents ? "text/event-stream" : "application/json"
    let texts = chunks.map(\.serializedString)
    let all =
      asEvents
      ? texts.map { "data: \($0)\r\n\r\n" }
      : texts.enumerated().map { index, text in
        (index == 0 ? "[" : ",\r\n") + text + (index == texts.count - 1 ? "\n]" : "\n")
      }
    isCut = faults.breaksStream
    pieces = (isCut ? Array(all.prefix(all.count / 2)) : all).map { Array($0.utf8) }
    pause = faults.chunkDelay
  }
}
