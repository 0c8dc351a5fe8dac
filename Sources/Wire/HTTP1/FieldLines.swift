internal import Buffers
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
    let (name, value) = try line.withUnsafeBytes(Self.field).get()
    headers.add(lowercase: name, value)
  }

  private static func field(
    _ line: UnsafeRawBufferPointer
  ) -> Result<(name: String, value: String), HTTP1Error> {
    if isBlank(line[0]) {
      return .failure(HTTP1Error(.field, .badRequest, "header line is folded"))
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
      HTTPFieldRules.isName(UnsafeRawBufferPointer(rebasing: line[..<colon]))
    else {
      return .failure(
        HTTP1Error(
          .field, .badRequest, "header line has no name that is a token before a colon"))
    }
    var (start, end) = (colon + 1, line.count)
    while start < end, isBlank(line[start]) { start += 1 }
    while start < end, isBlank(line[end - 1]) { end -= 1 }
    let value = UnsafeRawBufferPointer(rebasing: line[start..<end])
    guard HTTPFieldRules.isValue(value) else {
      return .failure(
        HTTP1Error(.field, .badRequest, "header value holds a control character"))
    }
    let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
    return .success((String(lowercasingASCII: name), String(decoding: value, as: UTF8.self)))
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

  private static func tooLarge(_ limits: HTTP1Limits) -> HTTP1Error {
    HTTP1Error(
      .tooLarge, .headerFieldsTooLarge,
      "header exceeds \(limits.headers) bytes or \(limits.fieldCount) fields")
  }
}
