internal import HTTP

/// Reads header or trailer lines (RFC 9112, 5) up to the empty one.
struct FieldLines {
  private(set) var headers = HTTPHeaders()
  private var size = 0

  /// Takes lines from `buffer`; true once the empty line was taken.
  mutating func read(
    _ buffer: inout LineBuffer, limits: HTTP1Limits
  ) throws(HTTP1Error) -> Bool {
    while let line = try buffer.line(
      limit: limits.headers - size, tooLong: Self.tooLarge(limits))
    {
      if line.isEmpty { return true }
      size += line.count + 2
      guard size <= limits.headers, headers.count < limits.fieldCount else {
        throw Self.tooLarge(limits)
      }
      try add(line)
    }
    return false
  }

  private mutating func add(_ line: ArraySlice<UInt8>) throws(HTTP1Error) {
    if line.first == 32 || line.first == 9 {
      throw HTTP1Error(.field, .badRequest, "header line is folded")
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(HTTPFieldRules.isTokenByte)
    else {
      throw HTTP1Error(
        .field, .badRequest, "header line has no name that is a token before a colon")
    }
    var value = line[(colon + 1)...]
    while let first = value.first, first == 32 || first == 9 { value.removeFirst() }
    while let last = value.last, last == 32 || last == 9 { value.removeLast() }
    guard HTTPFieldRules.isValue(value) else {
      throw HTTP1Error(.field, .badRequest, "header value holds a control character")
    }
    headers.add(
      String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
  }

  private static func tooLarge(_ limits: HTTP1Limits) -> HTTP1Error {
    HTTP1Error(
      .tooLarge, .headerFieldsTooLarge,
      "header exceeds \(limits.headers) bytes or \(limits.fieldCount) fields")
  }
}
