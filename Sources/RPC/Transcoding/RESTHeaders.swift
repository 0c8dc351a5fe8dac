internal import Buffers
internal import HTTP
internal import RPCCore

/// What travels between HTTP headers and call metadata.
enum RESTHeaders {
  /// Whether it belongs to one connection or to the HTTP message itself, so that it is no metadata.
  private static func isOwnedByHTTP(_ name: String) -> Bool {
    // By length first: nearly every name is none of them.
    switch name.utf8.count {
    case 2: name == "te"
    case 4: name == "host" || name == "date"
    case 6: name == "cookie" || name == "expect"
    case 7: name == "upgrade" || name == "trailer"
    case 10: name == "connection" || name == "keep-alive" || name == "set-cookie"
    case 12: name == "content-type"
    case 14: name == "content-length" || name == "http2-settings"
    case 16: name == "content-encoding" || name == "proxy-connection"
    case 17: name == "transfer-encoding" || name == "sec-websocket-key"
    case 18: name == "proxy-authenticate"
    case 19: name == "proxy-authorization"
    case 21: name == "sec-websocket-version"
    case 22: name == "sec-websocket-protocol"
    case 24: name == "sec-websocket-extensions"
    default: false
    }
  }

  /// Request headers as metadata, names as they are; `grpc-` names belong to another protocol and
  /// are left out, as is what HTTP owns and a `-bin` value that is not base64.
  static func metadata(_ headers: HTTPHeaders) -> Metadata {
    var metadata = Metadata()
    let fields = headers.fields.span
    for index in fields.indices where isMetadata(fields[index].name) {
      let name = fields[index].name
      if name.utf8.last == UInt8(ascii: "n"), name.hasSuffix("-bin") {
        add(binary: fields[index].value, for: name, to: &metadata)
      } else {
        metadata.add(lowercase: name, .ascii(fields[index].value))
      }
    }
    return metadata
  }

  private static func add(binary value: String, for name: String, to metadata: inout Metadata) {
    for part in value.split(separator: ",", omittingEmptySubsequences: false) {
      let text = part.drop { $0 == " " || $0 == "\t" }
      if let bytes = Base64.decode(String(text)) { metadata.add(binary: bytes, for: name) }
    }
  }

  /// Adds response metadata to headers; values HTTP cannot carry are left out.
  static func add(_ metadata: Metadata, to headers: inout HTTPHeaders) {
    for entry in metadata.entries where isMetadata(entry.name) && HTTPFieldRules.isName(entry.name)
    {
      switch entry.value {
      case .ascii(let text):
        if HTTPFieldRules.isValue(text) { headers.add(lowercase: entry.name, text) }
      case .binary(let bytes):
        headers.add(lowercase: entry.name, Base64.encode(bytes, padded: false))
      }
    }
  }

  private static func isMetadata(_ name: String) -> Bool {
    switch name.utf8.first {
    case UInt8(ascii: ":"): false
    case UInt8(ascii: "g"): !name.hasPrefix("grpc-")
    default: !isOwnedByHTTP(name)
    }
  }

  /// What `grpc-timeout` allows: 1 to 8 digits and one of `H M S m u n`. Nil without the header.
  static func timeout(_ headers: HTTPHeaders) throws(RESTFailure) -> Duration? {
    guard let text = headers["grpc-timeout"] else { return nil }
    let digits = text.utf8.dropLast()
    guard (1...8).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
      let count = Int64(text.dropLast())
    else { throw .invalid("BAD_TIMEOUT", "grpc-timeout is not 1 to 8 digits and a unit") }
    switch text.utf8.last {
    case UInt8(ascii: "H"): return .seconds(count * 3600)
    case UInt8(ascii: "M"): return .seconds(count * 60)
    case UInt8(ascii: "S"): return .seconds(count)
    case UInt8(ascii: "m"): return .milliseconds(count)
    case UInt8(ascii: "u"): return .microseconds(count)
    case UInt8(ascii: "n"): return .nanoseconds(count)
    default: throw .invalid("BAD_TIMEOUT", "the unit of grpc-timeout is not one of H M S m u n")
    }
  }

  /// The one value of a header that may be quoted; nil when it is absent.
  static func single(
    _ name: String, in headers: HTTPHeaders, maxBytes: Int
  ) throws(RESTFailure) -> String? {
    let values = headers.all(name)
    guard let value = values.first else { return nil }
    let text = unquoted(value)
    guard values.count == 1, !text.isEmpty, text.utf8.count <= maxBytes,
      text.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") })
    else {
      throw .invalid("BAD_HEADER", "\(name) is not one value of 1 to \(maxBytes) printable bytes")
    }
    return text
  }

  static func unquoted(_ value: String) -> String {
    let text = value.drop { $0 == " " }
    guard text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else {
      return String(text)
    }
    return String(text.dropFirst().dropLast())
  }
}
