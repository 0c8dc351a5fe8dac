internal import HTTP2

extension FuzzEntry {
  static let http2 = FuzzEntry(
    name: "http2",
    summary: "a client's bytes behind its preface: the same however cut, each stream ended once",
    run: { (bytes) throws(Violation) in
      let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
      _ = try sameHoweverCut(bytes) { (pieces) throws(Violation) in
        try checkStreams(try read([preface] + pieces, streams: 1_000, answersAtOnce: true))
        let seen = try read([preface] + pieces, streams: 1_000, answersAtOnce: false)
        try checkStreams(seen)
        return comparable(seen)
      }
      // Which streams are too many depends on when the refusal of others is sent.
      try checkStreams(try read([preface, bytes], streams: 4, answersAtOnce: true))
    })
}

/// The events that do not depend on the pieces, as long as nothing is sent between them: a frame for a
/// stream that we reset is ignored once the peer has been told, and an error before. A stream whose
/// head and reset come in one read is never told of; when a stream ends depends on when its last frame
/// is sent; and behind a GOAWAY a peer without streams is not read any more. Of one that breaks two
/// rules before it is told, nghttp2 names the first, or we the second.
private func comparable(_ seen: [Seen]) -> [Seen] {
  let resets = Set(seen.compactMap { if case .reset(let id) = $0 { id } else { nil } })
  let told = seen.prefix { $0 != .goAway && !$0.isError }
  let kept = told.filter { event in
    if case .closed = event { return false }
    return event.stream.map { !resets.contains($0) } ?? true
  }
  return kept + (told.count < seen.count && seen[told.count].isError ? [.error("")] : [])
}

/// One event as owned text, so that two runs can be compared.
private enum Seen: Equatable {
  case opened(Int32, String)
  case trailers(Int32, String)
  case data(Int32, [UInt8], end: Bool)
  case reset(Int32)
  case closed(Int32)
  case goAway
  /// The peer is cut off.
  case error(String)
  case other(String)

  /// The stream it is about.
  var stream: Int32? {
    switch self {
    case .opened(let id, _), .trailers(let id, _), .data(let id, _, _), .reset(let id),
      .closed(let id):
      id
    case .goAway, .error, .other: nil
    }
  }

  var isError: Bool { if case .error = self { true } else { false } }

  init(_ event: HTTP2Event) {
    switch event {
    case .headers(let id, let block, .trailers, let end):
      self = .trailers(id, "\(Self.text(block)) \(end)")
    case .headers(let id, let block, _, let end): self = .opened(id, "\(Self.text(block)) \(end)")
    case .headerListTooLarge(let id, let end): self = .opened(id, "too large \(end)")
    case .data(let id, let bytes, let end): self = .data(id, Array(bytes), end: end)
    case .reset(let id, _): self = .reset(id)
    case .goAway: self = .goAway
    case .streamClosed(let id, _): self = .closed(id)
    case .violation(let code): self = .error("\(code)")
    default: self = .other("\(event)")
    }
  }

  private static func text(_ block: HTTP2HeaderBlock) -> [[UInt8]] {
    block.map { Array($0.nameBytes) + [58] + Array($0.value) }
  }
}

/// What a server sees; it answers each piece before it takes the next, or all in the end.
private func read(
  _ pieces: [[UInt8]], streams: UInt32, answersAtOnce: Bool
) throws(Violation) -> [Seen] {
  var configuration = HTTP2Configuration()
  configuration.maxConcurrentStreams = streams
  configuration.maxHeaderListSize = 512
  guard let session = try? HTTP2Session(role: .server, configuration: configuration) else {
    throw Violation("a session cannot be made")
  }
  var seen: [Seen] = []
  var output: [UInt8] = []
  var count = 0
  do {
    for (index, piece) in pieces.enumerated() {
      try piece.withUnsafeBytes { bytes in
        try session.receive(bytes, now: .zero) { add(Seen($0), to: &seen) }
      }
      count += piece.count
      guard answersAtOnce || index == pieces.count - 1 else { continue }
      try session.takeOutput(into: &output) { add(Seen($0), to: &seen) }
    }
  } catch let error as HTTP2Error {
    seen.append(.error("\(error.kind)"))
  } catch {
    throw Violation("not an error of HTTP/2: \(error)")
  }
  // An answer to a frame of nine bytes has at most seventeen; then there are SETTINGS and GOAWAY.
  try require(output.count <= 2 * count + 200, "\(count) bytes are answered by \(output.count)")
  session.connectionLost { add(Seen($0), to: &seen) }
  return seen
}

/// Adds an event; the borders of body pieces mean nothing.
private func add(_ event: Seen, to seen: inout [Seen]) {
  if case .data(let id, let more, let end) = event, case .data(id, let bytes, false) = seen.last {
    seen[seen.count - 1] = .data(id, bytes + more, end: end)
  } else {
    seen.append(event)
  }
}

/// A stream begins with its head, nothing comes behind its end, and it ends once.
private func checkStreams(_ seen: [Seen]) throws(Violation) {
  var open: Set<Int32> = []
  for event in seen {
    switch event {
    case .opened(let id, _): try require(open.insert(id).inserted, "stream \(id) opens twice")
    case .trailers(let id, _), .data(let id, _, _):
      try require(open.contains(id), "something comes for stream \(id), which is not open")
    case .closed(let id): try require(open.remove(id) != nil, "stream \(id) ends twice")
    case .reset, .goAway, .error, .other: break
    }
  }
  try require(open.isEmpty, "streams \(open) never end")
}
