/// The parts of a `multipart/form-data` body (RFC 7578), parsed from one complete buffer.
///
/// Names stay text: `call[legs][0]` is a name, not a structure.
public struct MultipartForm: Sendable, Equatable {
  /// One part: its form field name, its own headers and its bytes.
  public struct Part: Sendable, Equatable {
    /// The name of the form's field.
    public let name: String
    /// The file name the client gave; it is a label, never a path to open.
    public let fileName: String?
    /// The part's own header fields.
    public let headers: HTTPHeaders
    /// The part's bytes.
    public let body: [UInt8]

    /// The body as text; nil when it is not UTF-8.
    public var text: String? { String(validating: body, as: UTF8.self) }
  }

  /// How much a body may hold.
  public struct Limits: Sendable {
    /// Parts of one form.
    public var parts = 256
    /// Bytes of one part's header lines together.
    public var partHeaderBytes = 4096

    /// The limits above, to be changed where needed.
    public init() {}
  }

  /// The parts in the order they came.
  public let parts: [Part]

  /// The first part called `name`.
  public subscript(name: String) -> Part? { parts.first { $0.name == name } }

  /// Parses `body` by the boundary in `contentType` (the whole Content-Type value).
  public init(
    body: [UInt8], contentType: String, limits: Limits = Limits()
  ) throws(HTTPError) {
    let boundary = try Self.boundary(in: contentType)
    var scanner = MultipartScanner(bytes: body, boundary: boundary, limits: limits)
    parts = try scanner.parts()
  }

  /// The boundary parameter of a multipart/form-data content type: 1...70 bytes (RFC 2046, 5.1.1).
  static func boundary(in contentType: String) throws(HTTPError) -> [UInt8] {
    let value = HTTPParameters(contentType)
    guard value.value == "multipart/form-data" else {
      throw HTTPError(.multipart, "content type is not multipart/form-data")
    }
    guard let text = value["boundary"], (1...70).contains(text.utf8.count),
      text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }), text.utf8.last != 32
    else { throw HTTPError(.multipart, "multipart boundary is missing or not 1 to 70 characters") }
    return Array(text.utf8)
  }
}

/// Walks a multipart body from delimiter to delimiter.
private struct MultipartScanner {
  let bytes: [UInt8]
  let delimiter: [UInt8]
  let limits: MultipartForm.Limits
  var position = 0

  init(bytes: [UInt8], boundary: [UInt8], limits: MultipartForm.Limits) {
    self.bytes = bytes
    delimiter = [13, 10, 45, 45] + boundary
    self.limits = limits
  }

  mutating func parts() throws(HTTPError) -> [MultipartForm.Part] {
    var found: [MultipartForm.Part] = []
    try skipPreamble()
    while try !atClosingDelimiter() {
      guard found.count < limits.parts else {
        throw HTTPError(.tooLarge, "multipart body has more than \(limits.parts) parts")
      }
      found.append(try part())
    }
    return found
  }

  /// The first delimiter may stand at the very start, without a line break before it.
  private mutating func skipPreamble() throws(HTTPError) {
    if bytes.starts(with: delimiter.dropFirst(2)) {
      position = delimiter.count - 2
    } else {
      guard let start = find(delimiter, from: 0) else {
        throw HTTPError(.multipart, "multipart body has no opening boundary")
      }
      position = start + delimiter.count
    }
  }

  /// Steps over what follows a boundary: `--` at the end of the body, a line break before a part.
  private mutating func atClosingDelimiter() throws(HTTPError) -> Bool {
    if matches([45, 45], at: position) { return true }
    while position < bytes.count, bytes[position] == 32 || bytes[position] == 9 { position += 1 }
    guard matches([13, 10], at: position) else {
      throw HTTPError(.multipart, "multipart boundary is not followed by a line break")
    }
    position += 2
    return false
  }

  private mutating func part() throws(HTTPError) -> MultipartForm.Part {
    let headers = try partHeaders()
    guard let end = find(delimiter, from: max(position - 2, 0)) else {
      throw HTTPError(.multipart, "multipart body ends inside a part")
    }
    let body = end > position ? Array(bytes[position..<end]) : []
    position = end + delimiter.count
    let disposition = HTTPParameters(headers["content-disposition"] ?? "")
    guard disposition.value == "form-data", let name = disposition["name"] else {
      throw HTTPError(.multipart, "multipart part has no form-data name")
    }
    return MultipartForm.Part(
      name: name, fileName: disposition["filename"], headers: headers, body: body)
  }

  private mutating func partHeaders() throws(HTTPError) -> HTTPHeaders {
    var headers = HTTPHeaders()
    let limit = position + limits.partHeaderBytes
    while true {
      guard let end = find([13, 10], from: position), end <= limit else {
        throw HTTPError(
          .tooLarge, "multipart part headers are cut off or exceed \(limits.partHeaderBytes) bytes")
      }
      let line = bytes[position..<end]
      position = end + 2
      if line.isEmpty { return headers }
      guard let colon = line.firstIndex(of: 58),
        line[(colon + 1)...].allSatisfy(HTTPFieldRules.isValueByte)
      else {
        throw HTTPError(.multipart, "multipart part header is not name: value")
      }
      let name = String(decoding: line[..<colon], as: UTF8.self)
      guard HTTPFieldRules.isName(name) else {
        throw HTTPError(.multipart, "multipart part header name is not a token")
      }
      let value = String(decoding: line[(colon + 1)...], as: UTF8.self)
      headers.add(name, String(value[...].trimmingOptionalWhitespace()))
    }
  }

  private func matches(_ wanted: [UInt8], at index: Int) -> Bool {
    index + wanted.count <= bytes.count
      && bytes[index..<(index + wanted.count)].elementsEqual(wanted)
  }

  /// First index of `needle` at or behind `start`; linear, since a boundary begins with CR.
  private func find(_ needle: [UInt8], from start: Int) -> Int? {
    var index = start
    while index + needle.count <= bytes.count {
      guard let first = bytes[index...].firstIndex(of: needle[0]) else { return nil }
      index = first
      if matches(needle, at: index) { return index }
      index += 1
    }
    return nil
  }
}
