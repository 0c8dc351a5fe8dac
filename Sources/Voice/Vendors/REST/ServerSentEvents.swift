internal import Speech

/// Reads `text/event-stream` as it comes, cut anywhere; pure.
///
/// Only the data of events is given; an event that the stream's end cuts off is none.
struct ServerSentEvents {
  /// Bytes that a line may have, and the data of an event.
  static let limit = 1 << 20

  private static let name = Array("data".utf8)

  private var line: [UInt8] = []
  private var data: [UInt8]?
  /// A line feed that comes next belongs to the carriage return before it.
  private var endedWithReturn = false

  /// The data of the events that end in `bytes`; several lines of one event are joined by line feeds.
  mutating func read(_ bytes: [UInt8]) throws(SpeechError) -> [[UInt8]] {
    var events: [[UInt8]] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
      let isPair = endedWithReturn && end == rest.startIndex && rest[end] == 0x0A
      endedWithReturn = rest[end] == 0x0D
      if !isPair {
        try append(rest[..<end])
        if let event = try endLine() { events.append(event) }
      }
      rest = rest[(end + 1)...]
    }
    if !rest.isEmpty { endedWithReturn = false }
    try append(rest)
    return events
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>) throws(SpeechError) {
    try Self.check(line.count + bytes.count)
    line += bytes
  }

  /// The event that an empty line ends; other lines add to it, or say nothing of interest.
  private mutating func endLine() throws(SpeechError) -> [UInt8]? {
    defer { line.removeAll(keepingCapacity: true) }
    if line.isEmpty { return data.take() }
    guard let value = Self.data(of: line) else { return nil }
    try Self.check((data?.count ?? 0) + value.count + 1)
    // In place: the data of many short lines would be copied for each of them.
    if data == nil { data = [] } else { data?.append(0x0A) }
    data?.append(contentsOf: value)
    return nil
  }

  /// What follows `data:`, without one space; nil for comments and other fields.
  private static func data(of line: [UInt8]) -> ArraySlice<UInt8>? {
    guard line.starts(with: name) else { return nil }
    let rest = line[name.count...]
    guard let colon = rest.first else { return rest }
    guard colon == UInt8(ascii: ":") else { return nil }
    let value = rest.dropFirst()
    return value.first == UInt8(ascii: " ") ? value.dropFirst() : value
  }

  private static func check(_ count: Int) throws(SpeechError) {
    guard count <= limit else {
      throw SpeechError(.transient, "an event stream's line exceeds the limit of \(limit) bytes")
    }
  }
}
