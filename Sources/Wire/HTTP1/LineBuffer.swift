internal import Buffers
internal import HTTP

/// Received bytes that are taken line by line; every line must end with CR LF.
struct LineBuffer {
  private(set) var bytes: [UInt8] = []
  private(set) var position = 0
  private var scanned = 0

  /// Bytes not taken yet.
  var count: Int { bytes.count - position }

  mutating func append(_ more: UnsafeRawBufferPointer) {
    if position > 0, position >= bytes.count / 2 {
      bytes.removeSubrange(..<position)
      scanned -= position
      position = 0
    }
    bytes.append(contentsOf: more)
  }

  /// The next line without its end; nil until it is complete.
  ///
  /// Throws `tooLong` once more than `limit` bytes came without an end, and refuses a bare CR or LF
  /// and NUL, which other parsers read differently. Which of them does not depend on the pieces that
  /// the bytes come in: what lies behind the limit is not looked at.
  mutating func line(
    limit: Int, tooLong: @autoclosure () -> HTTP1Error
  ) throws(HTTP1Error) -> ArraySlice<UInt8>? {
    let end = min(bytes.count, position + limit + 3)
    guard let lineEnd = try lineEnd(before: end) else {
      if count > limit + 2 { throw tooLong() }
      return nil
    }
    let line = bytes[position..<lineEnd]
    if line.count > limit { throw tooLong() }
    position = lineEnd + 2
    return line
  }

  /// Where the next CR LF is; nil until both have come.
  private mutating func lineEnd(before end: Int) throws(HTTP1Error) -> Int? {
    scanned = max(scanned, position)
    while let index = control(before: end) {
      scanned = index
      switch bytes[index] {
      case 13:
        guard index + 1 < end else { return nil }
        if bytes[index + 1] == 10 { return index }
        throw HTTP1Error(.startLine, .badRequest, "line holds a bare carriage return")
      case 10: throw HTTP1Error(.startLine, .badRequest, "line ends with a bare line feed")
      case 0: throw HTTP1Error(.field, .badRequest, "line holds a nul byte")
      default: scanned += 1
      }
    }
    scanned = max(scanned, end)
    return nil
  }

  /// The first byte that was not looked at and may end a line or break it.
  private func control(before end: Int) -> Int? {
    bytes.withUnsafeBytes { bytes in
      ByteWords.firstIndex(of: 0...13, in: .init(rebasing: bytes[..<end]), from: scanned)
    }
  }

  /// Up to `limit` bytes, as many as there are.
  mutating func take(_ limit: Int) -> [UInt8] {
    let taken = Array(bytes[position..<position + min(limit, count)])
    skip(taken.count)
    return taken
  }

  private mutating func skip(_ count: Int) {
    position += count
    scanned = max(scanned, position)
  }

  /// Whether the next bytes are CR LF; nil when it cannot be told yet, false when they are not.
  mutating func takeLineEnd() -> Bool? {
    if count >= 1, bytes[position] != 13 { return false }
    guard count >= 2 else { return nil }
    guard bytes[position + 1] == 10 else { return false }
    // Not by a discarded `take`: Swift 6.3.1 frees such a copy before it fills it.
    skip(2)
    return true
  }
}
