package import HTTP

/// Writes HTTP/1.1 messages into a byte array.
///
/// What would break the framing is refused: fields are validated and the length fields are ours.
package enum HTTP1Writer {
  /// How the body that follows a head is delimited.
  package enum Body: Sendable, Equatable {
    case none
    case length(Int)
    case chunked
  }

  /// Appends a response head; `closes` announces that the connection ends after it.
  ///
  /// A 1xx, 204 or 304 never gets a length, whatever `body` says. Throws for a field that is not
  /// valid; nothing is appended then.
  package static func appendHead(
    _ head: HTTPResponseHead, body: Body, closes: Bool = false, to output: inout [UInt8]
  ) throws(HTTPError) {
    try head.headers.validate()
    guard (100...999).contains(head.status.rawValue) else {
      throw HTTPError(.field, "status \(head.status.rawValue) is not three digits")
    }
    for text in ["HTTP/1.1 ", head.status.description, " ", head.status.reason, "\r\n"] {
      output.append(contentsOf: text.utf8)
    }
    append(head.headers, to: &output)
    if !head.status.forbidsBody { append(body, to: &output, writesZero: true) }
    if closes { output.append(contentsOf: "connection: close\r\n".utf8) }
    output.append(contentsOf: [13, 10])
  }

  /// Appends a request head; the Host field is written from the head's authority.
  package static func appendHead(
    _ head: HTTPRequestHead, body: Body, closes: Bool = false, to output: inout [UInt8]
  ) throws(HTTPError) {
    try head.headers.validate()
    guard HTTPFieldRules.isName(head.method), HTTPFieldRules.isAuthority(head.authority),
      !head.target.isEmpty, head.target.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
    else { throw HTTPError(.field, "request method, authority or target is not valid") }
    output.append(contentsOf: "\(head.method) \(head.target) HTTP/1.1\r\n".utf8)
    output.append(contentsOf: "host: \(head.authority)\r\n".utf8)
    append(head.headers, to: &output)
    append(body, to: &output, writesZero: head.method != "GET" && head.method != "HEAD")
    if closes { output.append(contentsOf: "connection: close\r\n".utf8) }
    output.append(contentsOf: [13, 10])
  }

  /// Appends one chunk; an empty one is left out, since it would end the body.
  package static func appendChunk(_ bytes: [UInt8], to output: inout [UInt8]) {
    if bytes.isEmpty { return }
    output.append(contentsOf: String(bytes.count, radix: 16).utf8)
    output.append(contentsOf: [13, 10])
    output.append(contentsOf: bytes)
    output.append(contentsOf: [13, 10])
  }

  /// Appends the last chunk and `trailers`.
  package static func appendLastChunk(
    trailers: HTTPHeaders = HTTPHeaders(), to output: inout [UInt8]
  ) throws(HTTPError) {
    try trailers.validate()
    output.append(contentsOf: [48, 13, 10])
    append(trailers, to: &output)
    output.append(contentsOf: [13, 10])
  }

  private static func append(_ headers: HTTPHeaders, to output: inout [UInt8]) {
    for field in headers
    where field.name != "content-length" && field.name != "transfer-encoding"
      && field.name != "host"
    {
      output.append(contentsOf: field.name.utf8)
      output.append(contentsOf: [58, 32])
      output.append(contentsOf: field.value.utf8)
      output.append(contentsOf: [13, 10])
    }
  }

  private static func append(_ body: Body, to output: inout [UInt8], writesZero: Bool) {
    switch body {
    case .none: if writesZero { output.append(contentsOf: "content-length: 0\r\n".utf8) }
    case .length(let count):
      output.append(contentsOf: "content-length: ".utf8)
      output.append(contentsOf: String(count).utf8)
      output.append(contentsOf: [13, 10])
    case .chunked: output.append(contentsOf: "transfer-encoding: chunked\r\n".utf8)
    }
  }
}
