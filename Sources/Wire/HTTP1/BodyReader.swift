internal import HTTP

/// Reads one message body by its framing (RFC 9112, 6 and 7).
struct BodyReader {
  /// How the end of a body is found.
  enum Framing: Equatable {
    case length(Int)
    case chunked
    /// Until the connection closes; responses only.
    case untilClose
  }

  /// What the next bytes are.
  enum Step {
    case body([UInt8])
    case end(HTTPHeaders)
  }

  private enum State {
    case bytes(Int)
    case untilClose
    case chunkSize
    case chunk(Int)
    case chunkEnd
    case trailers(FieldLines)
    case done
  }

  private let limits: HTTP1Limits
  private var state: State
  private var total = 0

  /// A chunk-size line longer than this has an extension nobody needs.
  private static let chunkLine = 256

  init(_ framing: Framing, limits: HTTP1Limits) throws(HTTP1Error) {
    self.limits = limits
    switch framing {
    case .length(let count):
      state = .bytes(count)
      try admit(count)
    case .chunked: state = .chunkSize
    case .untilClose: state = .untilClose
    }
  }

  /// The next piece; nil when more bytes are needed.
  mutating func next(_ buffer: inout LineBuffer) throws(HTTP1Error) -> Step? {
    while true {
      switch state {
      case .bytes(0):
        state = .done
        return .end(HTTPHeaders())
      case .bytes(let left):
        return piece(&buffer, left) { .bytes($0) }
      case .untilClose:
        try admit(buffer.count)
        return piece(&buffer, .max) { _ in .untilClose }
      case .chunk(let left):
        return piece(&buffer, left) { $0 == 0 ? .chunkEnd : .chunk($0) }
      case .chunkSize:
        guard let size = try chunkSize(&buffer) else { return nil }
        state = size == 0 ? .trailers(FieldLines()) : .chunk(size)
      case .chunkEnd:
        guard let isEnd = buffer.takeLineEnd() else { return nil }
        guard isEnd else {
          throw HTTP1Error(.chunk, .badRequest, "chunk is longer than its size says")
        }
        state = .chunkSize
      case .trailers(var lines):
        let isWhole = try lines.read(&buffer, limits: limits)
        state = isWhole ? .done : .trailers(lines)
        guard isWhole else { return nil }
        try Self.check(lines.headers)
        return .end(lines.headers)
      case .done: return nil
      }
    }
  }

  /// Ends a body that lasts until the connection closes; throws when the end comes too early.
  mutating func endOfInput() throws(HTTP1Error) -> Step {
    guard case .untilClose = state else {
      throw HTTP1Error(.cutShort, .badRequest, "connection closed inside a message body")
    }
    state = .done
    return .end(HTTPHeaders())
  }

  private mutating func piece(
    _ buffer: inout LineBuffer, _ left: Int, _ then: (Int) -> State
  ) -> Step? {
    if buffer.count == 0 { return nil }
    let bytes = buffer.take(left)
    state = then(left - bytes.count)
    return .body(bytes)
  }

  private mutating func admit(_ count: Int) throws(HTTP1Error) {
    total += count
    if let limit = limits.body, total > limit {
      throw HTTP1Error(.tooLarge, .contentTooLarge, "body exceeds \(limit) bytes")
    }
  }

  private mutating func chunkSize(_ buffer: inout LineBuffer) throws(HTTP1Error) -> Int? {
    guard let line = try buffer.line(limit: Self.chunkLine, tooLong: Self.chunkLineTooLong)
    else { return nil }
    let digits = line.prefix { Self.hexValue($0) != nil }
    guard (1...8).contains(digits.count) else {
      throw HTTP1Error(.chunk, .badRequest, "chunk size is not 1 to 8 hexadecimal digits")
    }
    guard ChunkExtensions.areValid(line[digits.endIndex...]) else {
      throw HTTP1Error(.chunk, .badRequest, "what stands behind a chunk size is no extension")
    }
    let size = digits.reduce(0) { $0 << 4 | Int(Self.hexValue($1) ?? 0) }
    try admit(size)
    return size
  }

  private static var chunkLineTooLong: HTTP1Error {
    HTTP1Error(.chunk, .badRequest, "chunk size line exceeds \(chunkLine) bytes")
  }

  private static func check(_ trailers: HTTPHeaders) throws(HTTP1Error) {
    for name in ["transfer-encoding", "content-length", "host", "authorization", "content-type"]
    where trailers.contains(name) {
      throw HTTP1Error(.framing, .badRequest, "\(name) may not be a trailer")
    }
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}
