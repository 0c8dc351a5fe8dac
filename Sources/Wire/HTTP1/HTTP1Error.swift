package import HTTP

/// Why an HTTP/1.1 message was refused; the connection must be closed after the answer.
package struct HTTP1Error: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was wrong.
  package enum Kind: Sendable, Equatable {
    case startLine
    case version
    case field
    /// Lengths that a proxy and we could read differently.
    case framing
    case host
    case chunk
    case tooLarge
    case unsupported
    /// The peer closed inside a message.
    case cutShort
  }

  package let kind: Kind
  /// What a server answers before it closes.
  package let status: HTTPStatus
  package let message: String

  package init(_ kind: Kind, _ status: HTTPStatus, _ message: String) {
    self.kind = kind
    self.status = status
    self.message = message
  }

  package var description: String { message }
}

/// How much of a message's head is taken.
package struct HTTP1Limits: Sendable {
  /// Bytes of the request target.
  package var target = 8 * 1024
  /// Bytes of all header lines together, and of all trailer lines together.
  package var headers = 16 * 1024
  /// Header lines.
  package var fieldCount = 128
  /// Bytes of one body; nil when the owner bounds it.
  package var body: Int?

  /// The defaults above.
  package init() {}
}
